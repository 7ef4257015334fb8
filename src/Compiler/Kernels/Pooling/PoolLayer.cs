using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan.Costs;

namespace RedGen.Compiler.Kernels.Pooling;

/// <summary>The sizes of a pooling: planes pooled independently, and the geometry.</summary>
internal sealed record PoolLayer(Node Node, int Planes, WindowGeometry Window)
{
    /// <summary>The layer as summaries name it.</summary>
    public string Text => Node.Operator.Name + " " + WindowText.Kernel(Window) + WindowText.Details(Window);

    /// <summary>Whether there is nothing to compute, or nothing to read.</summary>
    public bool IsEmpty => Planes == 0 || Window.Axes.Any(a => a.In == 0);

    /// <summary>Whether an average counts the padding that its window covers.</summary>
    public bool CountsPadding => Node.Attributes.Int("count_include_pad", 0) != 0;

    /// <summary>What the time of the pooling depends on.</summary>
    public StepWork Work => new((long)Planes * Window.OutLength * Window.KernelLength, 4L * Planes * (Window.Axes.Aggregate(1L, static (n, a) => n * a.In) + Window.OutLength));

    /// <summary>The kernel over planes, as tables of costs name it: windows of 2 × 2 side by side are folded in registers.</summary>
    public string Kernel => IsPairs(Window.Height) && IsPairs(Window.Width) && Window.Width.Stride == 2 ? "Pool.Simd.Halves" : "Pool.Simd";

    /// <summary>Reads a pooling that inference has accepted.</summary>
    public static PoolLayer Read(Node node, KernelContext context)
    {
        int[] x = context.Lengths(node.Inputs[0]);
        return new PoolLayer(node, x[0] * x[1], PoolShapes.Geometry(node, x));
    }

    private static bool IsPairs(WindowAxis axis) => axis.Kernel == 2 && axis.Dilation == 1 && axis.Before == 0 && ((axis.Out - 1) * axis.Stride) + 2 <= axis.In;
}
