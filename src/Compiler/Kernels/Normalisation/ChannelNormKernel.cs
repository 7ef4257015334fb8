using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>InstanceNormalization and GroupNormalization: the rows are channels, or groups of them.</summary>
internal sealed class ChannelNormKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } type) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        int channels = x[1];
        AxisView view = node.Operator.Name == "GroupNormalization" ? GroupNormalization.View(node, x) : new AxisView(x[0], channels, AxisView.Of(x, 1).Inner);
        return new RowNormStep(Layer(node, view, channels, context.Count(node.Inputs[1])), [type, type, type, type])
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            InputNames = ["x", "scale", "shift"],
            Outputs = [node.Outputs[0]],
            MultiplyAdds = 2L * context.Count(node.Inputs[0]),
            Summary = $"{node.Operator.Name} of {channels} channels" + (view.Length == channels ? "" : $" in {view.Length} groups"),
        };
    }

    private static RowNormLayer Layer(Node node, AxisView view, int channels, int scales)
    {
        float epsilon = node.Attributes.Float("epsilon", 1e-5f);
        int perGroup = view.Length == 0 ? 1 : channels / view.Length;
        bool byChannel = perGroup > 1 && scales == channels;
        int scale = byChannel ? perGroup : 1;
        NormAxis[] outer = [new("n", view.Outer, view.Length * view.Inner, 0, 0), new(perGroup > 1 ? "g" : "channel", view.Length, view.Inner, scale, scale)];
        if (!byChannel) return new RowNormLayer(outer, [new("i", view.Inner, 1, 0, 0)], view.Inner, true, epsilon);
        int pixels = view.Inner / perGroup;
        NormAxis[] inner = pixels == 1 ? [new("c", perGroup, 1, 1, 1)] : [new("c", perGroup, pixels, 1, 1), new("i", pixels, 1, 0, 0)];
        return new RowNormLayer(outer, [.. inner], view.Inner, true, epsilon);
    }
}
