using System.Linq;
using RedGen.Compiler.Kernels.Attentions;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>A normalisation of rows that a model writes out in many nodes, through RedGen.Runtime.</summary>
internal sealed class WrittenNormKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (group.IsSingle || WrittenNorm.TryRead(group.Marked, new NodeLinks(group.Nodes, [group.Last.Outputs[0]]), context) is not { } norm) return null;
        if (norm.Nodes.Length != group.Nodes.Length || norm.Output != group.Last.Outputs[0]) return null;
        string[] operands = [.. new[] { norm.Scale, norm.Shift }.Where(o => o is not null).Select(o => o!)];
        int rows = context.Count(norm.Input) / norm.Length;
        return new RowsStep(rows, norm.Length, norm.Epsilon, norm.Centers, norm.Scale is not null, norm.Shift is not null)
        {
            Nodes = group.Nodes,
            Inputs = [norm.Input, .. operands],
            InputNames = ["x", .. norm.Scale is null ? [] : new[] { "scale" }, .. norm.Shift is null ? [] : new[] { "shift" }],
            Outputs = [norm.Output],
            MultiplyAdds = 2L * context.Count(norm.Input),
            Summary = $"{(norm.Centers ? "Layer" : "RMS")} normalisation over {norm.Length} elements" + (rows == 1 ? "" : $", {rows} times"),
        };
    }
}
