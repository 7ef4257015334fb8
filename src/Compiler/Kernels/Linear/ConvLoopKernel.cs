using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>Convolution as plain loops: double, Half, and weights that are computed at run time.</summary>
internal sealed class ConvLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node conv = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(conv.Inputs[0])) is not { } arithmetic) return null;
        ConvLayer layer = ConvLayer.Read(conv, context);
        return new ConvLoopStep(layer, arithmetic)
        {
            Nodes = group.Nodes,
            Inputs = conv.HasInput(2) ? [conv.Inputs[0], conv.Inputs[1], conv.Inputs[2]] : [conv.Inputs[0], conv.Inputs[1]],
            Outputs = [conv.Outputs[0]],
            MultiplyAdds = layer.MultiplyAdds,
            Summary = "Conv " + layer.Text + ", in " + arithmetic.Type,
        };
    }

    private sealed class ConvLoopStep(ConvLayer layer, Arithmetic arithmetic) : Step
    {
        public override string Kernel => "Conv.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            ConvLoops.Write(
                writer,
                layer,
                channel => writer.Line($"{arithmetic.Sum} sum = {(Inputs.Length > 2 ? arithmetic.Load(writer.Input(2) + "[" + channel + "]") : arithmetic.Zero)};"),
                (_, x, w) => writer.Line(arithmetic.AddProduct("sum", writer.Input(0) + "[" + x + "]", writer.Input(1) + "[" + w + "]")),
                (_, y) => writer.Line($"{writer.Output(0)}[{y}] = {arithmetic.Store("sum")};"));
        }
    }
}
