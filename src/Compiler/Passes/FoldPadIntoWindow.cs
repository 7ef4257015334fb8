using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Folds constant padding of the spatial axes into the convolution or pooling that reads it: zeros into Conv, zeros that
/// AveragePool counts, and -∞, which MaxPool pads with itself.
/// </summary>
internal sealed class FoldPadIntoWindow : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context) => RewriteNodes(graph, context, Fold);

    private static bool Fold(GraphBuilder builder, Node window)
    {
        if (!window.HasInput(0) || builder.Producer(window.Inputs[0]) is not { } node || builder.Lengths(window.Inputs[0]) is not { Length: >= 3 } lengths) return false;
        if (!window.Is("Conv") && !window.Is("AveragePool") && !window.Is("MaxPool")) return false;
        if (PadReader.Read(builder, node) is not { Value: { } value } pad || window.Pads(lengths.Length - 2) is not { } pads) return false;
        if (pad.Before.Concat(pad.After).Any(p => p is < 0 or > int.MaxValue / 4) || pad.Before.Take(2).Concat(pad.After.Take(2)).Any(p => p != 0)) return false;
        if (!Pads(window, value, pads)) return false;
        int rank = lengths.Length - 2;
        long[] sum = [.. pads.Select((p, i) => p + (i < rank ? pad.Before[i + 2] : pad.After[i - rank + 2]))];
        if (!window.Is("Conv") && !HasElementInEveryWindow(window, sum)) return false;
        NodeAttributes attributes = window.Attributes.Without("auto_pad").With("pads", [.. sum]);
        if (window.Is("AveragePool")) attributes = attributes.With("count_include_pad", 1);
        builder.Replace(window, window with { Inputs = window.Inputs.SetItem(0, node.Inputs[0]), Attributes = attributes });
        return true;
    }

    /// <summary>Whether the operator's own padding does what elements of that value do.</summary>
    private static bool Pads(Node window, double value, long[] pads)
    {
        if (window.Is("Conv")) return value == 0;

        // In ceiling mode the last window may hang over, and what hangs over is not counted; more padding would move that edge.
        if (window.Attributes.Int("ceil_mode", 0) != 0) return false;
        if (window.Is("MaxPool")) return double.IsNegativeInfinity(value) && !window.HasOutput(1);
        return value == 0 && window.Operator.Version >= 7 && (window.Attributes.Int("count_include_pad", 0) != 0 || pads.All(p => p == 0));
    }

    /// <summary>Padding must be smaller than the window; dilated windows are left alone.</summary>
    private static bool HasElementInEveryWindow(Node window, long[] pads)
        => window.Attributes.Ints("kernel_shape") is { } kernel && kernel.Length * 2 == pads.Length
            && pads.Select((p, i) => p < kernel[i % kernel.Length]).All(fits => fits)
            && (window.Attributes.Ints("dilations")?.All(d => d == 1) ?? true);
}
