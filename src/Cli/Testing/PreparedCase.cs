using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading;
using RedGen.Cli.Data;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Testing;

/// <summary>Data sets of one case that share their shapes, and so one compilation.</summary>
/// <param name="Options">The options with the dimensions of these sets.</param>
/// <param name="Sets">The sets.</param>
internal sealed record ShapeGroup(CompilerOptions Options, ImmutableArray<TestDataSet> Sets);

/// <summary>A case with its model read, its data read, and its data sets grouped by shapes.</summary>
/// <param name="Source">The model.</param>
/// <param name="Random">The outputs whose elements are random.</param>
/// <param name="Unread">The inputs whose elements do not matter.</param>
/// <param name="Groups">The sets.</param>
/// <param name="DataProblem">What is wrong with the data; null when nothing is.</param>
/// <param name="HasOtherData">Whether some data are no tensors.</param>
internal sealed record PreparedCase(ModelSource Source, ImmutableHashSet<string> Random, ImmutableHashSet<string> Unread, ImmutableArray<ShapeGroup> Groups, string? DataProblem, bool HasOtherData)
{
    /// <summary>Reads a case; null, and diagnostics, when the model is none.</summary>
    public static PreparedCase? Read(TestCase test, CompilerOptions options, DiagnosticBag diagnostics, CancellationToken cancellation)
    {
        if (ModelFile.Open(test.ModelPath, diagnostics) is not { } source) return null;
        // Errors beside a model (an unsupported opset, say) come again when it is compiled.
        if (OnnxReader.Read(source, diagnostics, cancellation) is not { } model) return null;
        ImmutableArray<TestDataSet> sets = [];
        string? problem = null;
        try
        {
            sets = TestDataReader.Read(test, model.Graph);
            problem = sets.IsEmpty ? "there are no data sets" : null;
        }
        catch (Exception e) when (e is ToolException or NpyException or IOException)
        {
            problem = e.Message;
        }

        bool hasOther = sets.Any(static s => s.Inputs.Concat(s.Outputs).Any(static t => t.Tensor is null));
        ImmutableArray<ShapeGroup> groups = [.. sets
            .GroupBy(s => PinsOf(model.Graph, s, options), PinsComparer.Instance)
            .Select(g => new ShapeGroup(options with { Dims = g.Key }, [.. g]))];
        return new PreparedCase(source, RandomOf(model, sets), UnreadInputs.Of(model.Graph), groups.IsEmpty ? [new ShapeGroup(options, [])] : groups, problem, hasOther);
    }

    private static ImmutableHashSet<string> RandomOf(Model model, ImmutableArray<TestDataSet> sets)
    {
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        if (!sets.IsEmpty)
        {
            ImmutableArray<TestTensor?> matched = TestDataSet.Match(sets[0].Inputs, model.Graph.Inputs);
            for (int i = 0; i < matched.Length; i++)
                if (matched[i]?.Tensor is { } tensor) inputs[model.Graph.Inputs[i].Name] = tensor;
        }

        return RandomOutputs.Of(model, inputs);
    }

    private static ImmutableSortedDictionary<string, int> PinsOf(Graph graph, TestDataSet set, CompilerOptions options)
    {
        ImmutableArray<TestTensor?> matched = TestDataSet.Match(set.Inputs, graph.Inputs);
        return InputPins.Apply(options, graph.Inputs, [.. matched.Select(static m => m?.Tensor?.Dimensions.ToArray())]).Dims;
    }

    private sealed class PinsComparer : IEqualityComparer<ImmutableSortedDictionary<string, int>>
    {
        public static PinsComparer Instance { get; } = new();

        public bool Equals(ImmutableSortedDictionary<string, int>? x, ImmutableSortedDictionary<string, int>? y)
            => x is null ? y is null : y is not null && x.SequenceEqual(y);

        public int GetHashCode(ImmutableSortedDictionary<string, int> obj)
            => obj.Aggregate(0, static (h, p) => HashCode.Combine(h, p.Key, p.Value));
    }
}
