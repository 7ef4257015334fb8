using RedGen.Compiler.Graphs;
using ScatterUpdate = RedGen.Compiler.Kernels.Shaping.Reduction;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>Operators that read or write elements at indices.</summary>
internal static class IndexKernels
{
    /// <summary>Gather.</summary>
    public static Kernel Gather { get; } = new CallKernel(call => $"Gathering.Gather<{call.Type(0)}>({call.Label}, {call.View(0)}, {call.Indices(1)}, {call.Axis(call.Rank(0))})");

    /// <summary>GatherElements.</summary>
    public static Kernel GatherElements { get; } = new CallKernel(call => $"Gathering.Elements<{call.Type(0)}>({call.Label}, {call.View(0)}, {call.Indices(1)}, {call.Axis(call.Rank(0))})");

    /// <summary>GatherND.</summary>
    public static Kernel GatherND { get; } = new CallKernel(call => $"Gathering.Tuples<{call.Type(0)}>({call.Label}, {call.View(0)}, {call.Indices(1)}, {call.Int("batch_dims", 0)})");

    /// <summary>ScatterElements, and Scatter before it.</summary>
    public static Kernel ScatterElements { get; } = new CallKernel(call
        => $"Scattering.Elements<{call.Type(0)}>({call.Label}, {call.View(0)}, {call.Indices(1)}, {call.View(2)}, {call.Axis(call.Rank(0))}{Combine(call)})")
    { Serves = CanCombine };

    /// <summary>ScatterND.</summary>
    public static Kernel ScatterND { get; } = new CallKernel(call => $"Scattering.Tuples<{call.Type(0)}>({call.Label}, {call.View(0)}, {call.Indices(1)}, {call.View(2)}{Combine(call)})")
    { Serves = CanCombine };

    private static bool CanCombine(Node node, KernelContext context)
        => Of(node, context.ElementType(node.Inputs[0])) is not null;

    private static ScatterUpdate? Of(Node node, ElementType type) => ScatterUpdate.TryCreate(node.Attributes.String("reduction", "none"), type);

    /// <summary>What becomes of an element a and an update b.</summary>
    private static string Combine(OpenCall call)
    {
        ScatterUpdate update = Of(call.Node, call.ElementType(0))!;
        return update.IsReplacement ? "" : ", static (a, b) => { " + update.Statement("a", "b") + " return a; }";
    }
}
