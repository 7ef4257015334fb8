using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>The kernels of the table that serve tensors of any layout.</summary>
internal static class LayoutKernels
{
    /// <summary>The step of the kernel that serves a group, if that kernel follows the layout; else null.</summary>
    public static Step? Find(NodeGroup group, KernelContext context)
    {
        foreach (Kernel kernel in KernelTable.For(group.Head.Operator.QualifiedName))
        {
            if (kernel.TryPlan(group, context) is { } step) return kernel is ILayoutKernel ? step : null;
        }

        return null;
    }
}
