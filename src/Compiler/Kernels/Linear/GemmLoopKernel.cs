using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>Three plain loops.</summary>
internal sealed class GemmLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        DenseLayer? layer = DenseLayer.TryRead(group.Head, context);
        if (layer is null) return null;
        return new GemmLoopStep(layer)
        {
            Nodes = group.Nodes,
            Inputs = [layer.Input],
            Outputs = [group.Last.Outputs[0]],
            Weights = [Weight.Of("Weights", layer.Weights), Weight.Of("Bias", layer.Bias)],
            MultiplyAdds = (long)layer.Rows * layer.Inputs * layer.Outputs,
            Summary = $"{group.Head.Operator.Name} {layer.Inputs} → {layer.Outputs}",
        };
    }

    private sealed class GemmLoopStep(DenseLayer layer) : Step
    {
        public override string Kernel => "Dense.Loop";

        public override void Emit(StepWriter writer)
        {
            using (writer.Block($"for (int row = 0; row < {layer.Rows}; row++)"))
            {
                using (writer.Block($"for (int i = 0; i < {layer.Outputs}; i++)"))
                {
                    writer.Line($"float sum = {writer.Weight(1)}[i];");
                    writer.Line($"for (int j = 0; j < {layer.Inputs}; j++) sum += {writer.Weight(0)}[(i * {layer.Inputs}) + j] * {writer.Input(0)}[(row * {layer.Inputs}) + j];");
                    writer.Line($"{writer.Output(0)}[(row * {layer.Outputs}) + i] = sum;");
                }
            }
        }
    }
}
