using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>DynamicQuantizeLinear, through RedGen.Runtime.</summary>
internal sealed class DynamicQuantizeKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        return !group.IsSingle ? null : new DynamicQuantizeStep(context.Options.IsScalar ? "DynamicQuantization" : "QuantizedElements")
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Output(0), node.Output(1), node.Output(2)],
            Summary = "DynamicQuantizeLinear over " + context.Type(node.Inputs[0]).Shape,
        };
    }

    private sealed class DynamicQuantizeStep(string library) : Step
    {
        public override string Kernel => "Quantise.Dynamic";

        public override void Emit(StepWriter writer)
        {
            writer.Line($"{library}.Range({writer.Input(0)}, out float scale, out byte zeroPoint);");
            if (Outputs[0].Length > 0) writer.Line($"{library}.Quantize({writer.Input(0)}, {writer.Output(0)}, scale, zeroPoint);");
            if (Outputs[1].Length > 0) writer.Line($"{writer.Output(1)}[0] = scale;");
            if (Outputs[2].Length > 0) writer.Line($"{writer.Output(2)}[0] = zeroPoint;");
        }
    }
}
