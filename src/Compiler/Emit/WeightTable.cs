using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>A constant array of the generated code.</summary>
/// <param name="Name">The property's name in the class Weights.</param>
/// <param name="Weight">Its content.</param>
/// <param name="Comment">What it is.</param>
/// <param name="Start">Its first element among <see cref="SharedConstants"/>; null where it is an array of its own.</param>
internal sealed record NamedWeight(string Name, Weight Weight, string Comment, int? Start);

/// <summary>An array that generated code makes at its first use.</summary>
/// <param name="Name">The property's name in the class Expanded.</param>
/// <param name="Expression">The call that makes it.</param>
/// <param name="Comment">What it is.</param>
/// <param name="IsAligned">Whether the weights begin with the first cache line in it.</param>
internal sealed record ExpandedWeight(string Name, string Expression, string Comment, bool IsAligned);

/// <summary>All constant arrays of a plan with their names; equal arrays are one.</summary>
/// <param name="keeps">Whether <see cref="Kept"/> takes weights; else each has an array of its own.</param>
/// <param name="shares">Whether floats lie in one array (<see cref="SharedConstants"/>).</param>
internal sealed class WeightTable(bool keeps, bool shares)
{
    private readonly Dictionary<Weight, NamedWeight> _byContent = new(WeightContentComparer.Instance);
    private readonly Dictionary<Weight, ExpandedWeight> _expandedByContent = new(WeightContentComparer.Instance);
    private readonly HashSet<string> _names = new(System.StringComparer.Ordinal);
    private readonly ImmutableArray<NamedWeight>.Builder _all = ImmutableArray.CreateBuilder<NamedWeight>();
    private readonly ImmutableArray<ExpandedWeight>.Builder _expanded = ImmutableArray.CreateBuilder<ExpandedWeight>();
    private int _shared;

    /// <summary>The arrays in the order in which steps ask for them.</summary>
    public ImmutableArray<NamedWeight> All => _all.ToImmutable();

    /// <summary>The arrays that are expanded from others, in the order in which steps ask for them.</summary>
    public ImmutableArray<ExpandedWeight> Expanded => _expanded.ToImmutable();

    /// <summary>The weights that one object makes and keeps for all layers.</summary>
    public KeptWeights Kept { get; } = new();

    /// <summary>The C# expression for a weight. Of a kept one they are three arguments: its source, the object that keeps it, and its layer.</summary>
    public string Add(string stepName, Weight weight, string comment)
    {
        if (keeps && weight.Transform is { Keeper: { } keeper } transform && Kept.Add(weight) is { } layer)
            return $"{Add(stepName, transform.Source, comment)}, Expanded.{keeper}, layer: {layer.ToString(CultureInfo.InvariantCulture)}";
        if (weight.IsMade) return "Expanded." + Expand(stepName, weight, comment).Name;
        if (!_byContent.TryGetValue(weight, out NamedWeight? named))
        {
            bool isShared = shares && SharedConstants.Holds(weight);
            named = new NamedWeight(NameOf(stepName + weight.Role), weight, comment, isShared ? _shared : null);
            if (isShared) _shared = SharedConstants.Behind(_shared, weight);
            _byContent.Add(weight, named);
            _all.Add(named);
        }

        return named.Start is null ? "Weights." + named.Name : SharedConstants.Read("Weights." + named.Name, weight);
    }

    private ExpandedWeight Expand(string stepName, Weight weight, string comment)
    {
        if (_expandedByContent.TryGetValue(weight, out ExpandedWeight? known)) return known;
        var expanded = new ExpandedWeight(NameOf(stepName + weight.Role), Call(stepName, weight, comment), comment, weight.Transform is { IsAligned: true });
        _expandedByContent.Add(weight, expanded);
        _expanded.Add(expanded);
        return expanded;
    }

    /// <summary>The call that makes an array, or the array itself where it is emitted.</summary>
    private string Call(string stepName, Weight weight, string comment)
    {
        if (weight.Transform is { } transform) return $"{transform.Function}({Call(stepName, transform.Source, comment)}{(transform.Sizes.Length > 0 ? ", " : "")}{transform.Sizes})";
        if (weight.Expansion is not { } expansion) return Add(stepName, weight, comment);
        string Part(Weight part) => Add(stepName, part, part.Role + " of the weights" + comment.Substring(weight.Role.Length));
        string Codebook(Weight? values, string levels) => values is null ? levels : Part(values);
        string codes = Part(expansion.Indices) + ", " + Codebook(expansion.Values, expansion.Levels);
        string scales = !expansion.TakesScales ? "" : expansion.Scales is null ? ", default" : ", " + Part(expansion.Scales);
        string call = $"{expansion.Function}({codes}{scales}, {expansion.Sizes})";
        if (expansion.Fine is not { } fine) return call;
        return $"HashedDigits.Add({call}, {expansion.Function}(HashedDigits.Read({Part(fine.Digits)}, {fine.Packing}), {Codebook(fine.Values, fine.Levels)}{scales}, {fine.Sizes}))";
    }

    private string NameOf(string plain)
    {
        string name = plain;
        for (int i = 2; !_names.Add(name); i++) name = plain + "_" + i.ToString(CultureInfo.InvariantCulture);
        return name;
    }

    /// <summary>The C# expression for a constant of the graph.</summary>
    public string Add(string stepName, Tensor constant, string role, string comment) => Add(stepName, Weight.Of(role, constant), comment);
}
