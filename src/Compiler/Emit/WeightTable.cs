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
internal sealed record NamedWeight(string Name, Weight Weight, string Comment);

/// <summary>All constant arrays of a plan with their names; equal arrays are one.</summary>
internal sealed class WeightTable
{
    private readonly Dictionary<Weight, NamedWeight> _byContent = new(WeightContentComparer.Instance);
    private readonly HashSet<string> _names = new(System.StringComparer.Ordinal);
    private readonly ImmutableArray<NamedWeight>.Builder _all = ImmutableArray.CreateBuilder<NamedWeight>();

    /// <summary>The arrays in the order in which steps ask for them.</summary>
    public ImmutableArray<NamedWeight> All => _all.ToImmutable();

    /// <summary>The C# expression for a weight.</summary>
    public string Add(string stepName, Weight weight, string comment)
    {
        if (!_byContent.TryGetValue(weight, out NamedWeight? named))
        {
            string plain = stepName + weight.Role;
            string name = plain;
            for (int i = 2; !_names.Add(name); i++) name = plain + "_" + i.ToString(CultureInfo.InvariantCulture);
            named = new NamedWeight(name, weight, comment);
            _byContent.Add(weight, named);
            _all.Add(named);
        }

        return "Weights." + named.Name;
    }

    /// <summary>The C# expression for a constant of the graph.</summary>
    public string Add(string stepName, Tensor constant, string role, string comment) => Add(stepName, Weight.Of(role, constant), comment);
}
