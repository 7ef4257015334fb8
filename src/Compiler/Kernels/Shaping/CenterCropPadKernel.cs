using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>CenterCropPad: the middle of the input into the middle of the output, which is cleared first where it is larger.</summary>
internal sealed class CenterCropPadKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        Node node = group.Head;
        int[] x = context.Lengths(node.Inputs[0]);
        int[] y = context.Lengths(node.Outputs[0]);
        int[] from = Positions.Strides(x);
        int[] to = Positions.Strides(y);
        int[] before = [.. x.Select((d, a) => CenterCropPad.Before(d, y[a]))];
        StridedCopy? copy = StridedCopy.Create(
            0, 0, before.Select((b, a) => Math.Max(0, -b) * from[a]).Sum(), before.Select((b, a) => Math.Max(0, b) * to[a]).Sum(),
            x.Select((d, a) => new CopyAxis(Math.Min(d, y[a]), from[a], to[a])));
        bool isRunTime = RunTimeParameters.AreGiven(node, context, 1);
        bool isPadded = x.Where((d, a) => d < y[a]).Any();
        int[] expected = [.. CenterCropPad.Axes(context.Parameters(node)).Select(a => y[a])];
        return CopyPlan.Make(
            node,
            isRunTime ? node.Inputs : [node.Inputs[0]],
            [copy],
            context,
            $"CenterCropPad {Shape.Of(x)} to {Shape.Of(y)}",
            isPadded ? _ => "default" : null,
            isRunTime ? writer =>
            {
                writer.Line(RunTimeParameters.Why);
                writer.Line($"ShapeCheck.Lengths({RunTimeParameters.Label(node)}, {RunTimeParameters.Longs(writer, context, 1)}, {RunTimeParameters.List(expected)});");
            }
        : null);
    }
}
