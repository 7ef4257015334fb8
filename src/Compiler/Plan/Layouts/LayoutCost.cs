using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.Pooling;
using RedGen.Compiler.Plan.Costs;

namespace RedGen.Compiler.Plan.Layouts;

/// <summary>What the layout planner weighs beside the kernels themselves, in picoseconds by the table of costs (docs/decisions/0010).</summary>
internal static class LayoutCost
{
    /// <summary>Lanes that a row of channels should fill.</summary>
    public const int Lanes = 16;

    /// <summary>The row of the table that says what a kilobyte loses that is copied or broadcast by short rows of channels.</summary>
    public const string ShortRowsKernel = "ChannelsLast.ShortRows";

    /// <summary>A value moved to channels last.</summary>
    public static long ToChannelsLast(KernelContext context, string value) => context.Picoseconds("ToChannelsLast", new StepWork(0, 2 * Bytes(context, value)));

    /// <summary>A value moved back to planes.</summary>
    public static long ToChannelsFirst(KernelContext context, string value) => context.Picoseconds("ToChannelsFirst", new StepWork(0, 2 * Bytes(context, value)));

    /// <summary>What so many elements lose that are copied or broadcast by short rows of channels.</summary>
    public static long ShortRows(KernelContext context, long elements) => context.Picoseconds(ShortRowsKernel, new StepWork(0, 4 * elements));

    /// <summary>What a pooling gains from vectors of channels.</summary>
    public static long Pooled(KernelContext context, PoolLayer layer) => context.Picoseconds(layer.Kernel, layer.Work) - context.Picoseconds("ChannelsLast.Pool", layer.Work);

    /// <summary>What a pooling of integers gains.</summary>
    public static long PooledIntegers(KernelContext context, StepWork work) => context.Picoseconds("Pool.Integers", work) - context.Picoseconds("ChannelsLast.Pool", work);

    private static long Bytes(KernelContext context, string value) => (long)context.Count(value) * context.ElementType(value).Bytes();
}
