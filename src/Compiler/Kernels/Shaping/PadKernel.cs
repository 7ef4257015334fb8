using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Pad: with a constant, the output is filled and the input copied into it; in the other modes tables say where each element comes from.</summary>
internal sealed class PadKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        Node node = group.Head;
        InferenceContext parameters = context.Parameters(node);
        string mode = PadWidths.Mode(parameters);
        PadWidth[] widths = PadWidths.Read(parameters);
        int[] x = context.Lengths(node.Inputs[0]);
        int[] y = context.Lengths(node.Outputs[0]);
        string summary = $"Pad {Shape.Of(x)} to {Shape.Of(y)}, mode {mode}";
        bool grows = widths.Any(w => w.Before > 0 || w.After > 0);
        if (mode != "constant" || !grows) return CopyPlan.Make(node, [node.Inputs[0]], [Inside(mode, x, y, widths)], context, summary);

        bool atRunTime = parameters.HasInput(2) && parameters.Constant(2) is null;
        ImmutableArray<string> inputs = atRunTime ? [node.Inputs[0], node.Inputs[2]] : [node.Inputs[0]];
        Func<StepWriter, string> value = atRunTime
            ? writer => writer.Input(1) + "[0]"
            : ConstantText(PadWidths.ConstantValue(parameters), context.ElementType(node.Inputs[0]));
        return CopyPlan.Make(node, inputs, [Inside(mode, x, y, widths)], context, summary, value);
    }

    /// <summary>The copy of the input; of the part that is kept where the mode is constant.</summary>
    private static StridedCopy? Inside(string mode, int[] x, int[] y, PadWidth[] widths)
    {
        int[] from = Positions.Strides(x);
        int[] to = Positions.Strides(y);
        int fromOffset = 0;
        int toOffset = 0;
        var axes = new CopyAxis[x.Length];
        for (int a = 0; a < axes.Length; a++)
        {
            (int before, int after) = (widths[a].Before, widths[a].After);
            int stride = from[a];
            if (mode != "constant" && (before > 0 || after > 0))
            {
                axes[a] = new CopyAxis(y[a], 0, to[a], [.. PadWidths.Map(mode, x[a], widths[a]).Select(p => unchecked(p * stride))]);
                continue;
            }

            fromOffset = unchecked(fromOffset + (Math.Max(0, -before) * stride));
            toOffset = unchecked(toOffset + (Math.Max(0, before) * to[a]));
            axes[a] = new CopyAxis(y[a] - Math.Max(0, before) - Math.Max(0, after), stride, to[a]);
        }

        return StridedCopy.Create(0, 0, fromOffset, toOffset, axes);
    }

    private static Func<StepWriter, string> ConstantText(Tensor? constant, ElementType type)
    {
        if (constant is null) return _ => LiteralText.Zero(type);
        // The attribute of old opsets is a float whatever the tensor's type.
        string text = LiteralText.Of(constant, 0, type);
        return _ => text;
    }
}
