using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Kernels.Reduction;

/// <summary>Axes of a tensor that are reduced together or kept together, neighbours of one kind being one.</summary>
/// <param name="Variable">The loop's variable.</param>
/// <param name="Length">The product of the axes' lengths.</param>
/// <param name="IsReduced">Whether the axes disappear.</param>
/// <param name="Stride">The distance of neighbours in the input.</param>
/// <param name="OutputStride">The distance of neighbours in the output; 0 where reduced.</param>
internal readonly record struct ReduceAxis(string Variable, int Length, bool IsReduced, int Stride, int OutputStride);

/// <summary>A Reduce operator's loops.</summary>
/// <param name="Node">The node.</param>
/// <param name="Axes">The axes, the outermost first; those of length 1 are left out.</param>
internal sealed record ReduceLayer(Node Node, IReadOnlyList<ReduceAxis> Axes)
{
    /// <summary>The number of elements that become one.</summary>
    public int Count => Axes.Where(a => a.IsReduced).Aggregate(1, (n, a) => n * a.Length);

    /// <summary>The number of results.</summary>
    public int Results => Axes.Where(a => !a.IsReduced).Aggregate(1, (n, a) => n * a.Length);

    /// <summary>The layer as summaries name it.</summary>
    public string Text => $"{Node.Operator.Name} of {Count} elements" + (Results == 1 ? "" : $", {Results} times");

    /// <summary>The tensor as [outer, reduced, inner] where the reduced axes stand together; else null.</summary>
    public AxisView? View
    {
        get
        {
            int reduced = Axes.Count(a => a.IsReduced);
            if (reduced > 1) return null;
            int at = Axes.TakeWhile(a => !a.IsReduced).Count();
            if (reduced == 0) return new AxisView(1, 1, Results);
            return new AxisView(at == 0 ? 1 : Axes[0].Length, Axes[at].Length, at + 1 < Axes.Count ? Axes[at + 1].Length : 1);
        }
    }

    /// <summary>Reads a node whose axes are known; the axes that are kept lie in the output as in the input.</summary>
    public static ReduceLayer? TryRead(Node node, KernelContext context)
    {
        int[] x = context.Lengths(node.Inputs[0]);
        if (ReduceAxes.Of(node, x.Length, node.HasInput(1) ? context.Constant(node.Inputs[1]) : null) is not { } reduced) return null;
        var axes = new List<ReduceAxis>();
        int stride = 1;
        int outputStride = 1;
        foreach (int i in context.Order(node.Inputs[0]).Reverse())
        {
            if (x[i] == 1) continue;
            bool isReduced = reduced.Contains(i);
            if (axes.Count > 0 && axes[0].IsReduced == isReduced) axes[0] = axes[0] with { Length = axes[0].Length * x[i] };
            else axes.Insert(0, new ReduceAxis("", x[i], isReduced, stride, isReduced ? 0 : outputStride));
            stride *= x[i];
            if (!isReduced) outputStride *= x[i];
        }

        return new ReduceLayer(node, [.. axes.Select((a, i) => a with { Variable = (a.IsReduced ? "r" : "k") + i })]);
    }
}
