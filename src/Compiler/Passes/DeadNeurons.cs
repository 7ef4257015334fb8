using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Passes;

/// <summary>Neurons of dense layers that a function behind them sets to zero for every input: their columns in the layer, and their rows in the one that reads them, are left out.</summary>
internal static class DeadNeurons
{
    /// <summary>Removes the neurons before a dense layer that are always zero.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="reader">The layer that reads them.</param>
    /// <param name="ranges">What each value may be.</param>
    /// <returns>How many were removed.</returns>
    public static int Remove(GraphBuilder builder, Node reader, ValueRanges ranges)
    {
        if (DenseWeights.Read(builder, reader) is not { } next || builder.Producer(reader.Inputs[0]) is not { Inputs.Length: >= 1, Outputs.Length: 1 } function || function.Inputs.Count(i => i.Length > 0 && builder.ConstantOf(i) is null) != 1) return 0;
        if (!ranges.IsFunction(function.Outputs[0]) || !IsPrivate(builder, function.Outputs[0]) || !IsPrivate(builder, function.Inputs[0])) return 0;
        if (builder.Producer(function.Inputs[0]) is not { } layer || DenseWeights.Read(builder, layer) is not { } own || own.Outputs != next.Inputs) return 0;
        if (builder.TensorTypeOf(function.Outputs[0])!.Shape!.ToArray() is not { Length: 2 } shape || function.Inputs.Length > 1) return 0;
        Interval[] values = ranges.Values(function.Outputs[0]);
        int[] kept = [.. Enumerable.Range(0, own.Outputs).Where(j => Enumerable.Range(0, shape[0]).Any(row => values[(row * own.Outputs) + j] is not { Low: 0, High: 0 }))];
        if (kept.Length == own.Outputs || kept.Length == 0) return 0;
        own.KeepOutputs(builder, kept);
        next.KeepInputs(builder, kept);
        foreach (string value in new[] { function.Inputs[0], function.Outputs[0] }) builder.SetType(value, new TensorType(ElementType.Float32, Shape.Of(shape[0], kept.Length)));
        return own.Outputs - kept.Length;
    }

    private static bool IsPrivate(GraphBuilder builder, string value) => !builder.IsOutput(value) && builder.Consumers(value).Length == 1;
}
