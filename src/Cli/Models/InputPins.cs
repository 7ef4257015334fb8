using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;
using RedGen.Compiler.Passes;

namespace RedGen.Cli.Models;

/// <summary>Gives the dimensions that a model leaves open the values that given data have.</summary>
internal static class InputPins
{
    /// <summary>The graph of a model as the file states it; null when it cannot be read, which its compilation will report.</summary>
    public static Graph? GraphOf(ModelSource source)
        => OnnxReader.Read(source, new DiagnosticBag(), CancellationToken.None)?.Graph;

    /// <summary>
    /// The options with open dimensions pinned, unless the user pinned some, or the compiler would give them these values anyhow: a plan
    /// of the reduction holds for the same options only.
    /// </summary>
    /// <param name="options">The user's options.</param>
    /// <param name="graph">The model as the file states it; null: unknown.</param>
    /// <param name="shapes">The shape of each input's data; null where there are none.</param>
    public static CompilerOptions Apply(CompilerOptions options, Graph? graph, IReadOnlyList<int[]?> shapes)
    {
        if (graph is null) return options;
        CompilerOptions pinned = Apply(options, graph.Inputs, shapes);
        if (pinned.Dims.Count == options.Dims.Count) return options;
        var problems = new DiagnosticBag();
        Graph plain = PinDimensions.Run(graph, options, problems), exact = PinDimensions.Run(graph, pinned, problems);
        bool isSame = !problems.HasErrors && plain.Inputs.Zip(exact.Inputs).All(static p => Equals(p.First.Type, p.Second.Type));
        return isSame ? options : pinned;
    }

    /// <summary>The options with open dimensions pinned, unless the user pinned some: then all are the user's.</summary>
    /// <param name="options">The user's options.</param>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="shapes">The shape of each input's data; null where there are none.</param>
    public static CompilerOptions Apply(CompilerOptions options, ImmutableArray<Value> inputs, IReadOnlyList<int[]?> shapes)
    {
        if (!options.Dims.IsEmpty) return options;
        ImmutableSortedDictionary<string, int>.Builder pins = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (shapes[i] is not { } lengths || inputs[i].Type is not TensorType { Shape: { } shape } || shape.Rank != lengths.Length) continue;
            for (int axis = 0; axis < shape.Rank; axis++)
                if (!shape[axis].IsConstant) pins[inputs[i].Name + ":" + axis.ToString(CultureInfo.InvariantCulture)] = lengths[axis];
        }

        return options with { Dims = pins.ToImmutable() };
    }
}
