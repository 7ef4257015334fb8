using System.Text;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>A small matrix times one vector, as straight-line code with the weights as literals.</summary>
internal sealed class UnrolledDenseKernel : Kernel
{
    /// <summary>Weights up to which code is unrolled (docs/decisions has the measurement).</summary>
    private const int Limit = 512;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        DenseLayer? layer = DenseLayer.TryRead(group.Head, context);
        if (layer is null || layer.Rows != 1 || layer.Inputs * layer.Outputs > Limit) return null;
        return new UnrolledDenseStep(layer)
        {
            Nodes = group.Nodes,
            Inputs = [layer.Input],
            Outputs = [group.Last.Outputs[0]],
            MultiplyAdds = (long)layer.Inputs * layer.Outputs,
            Summary = $"{group.Head.Operator.Name} {layer.Inputs} → {layer.Outputs}, unrolled",
        };
    }

    private sealed class UnrolledDenseStep(DenseLayer layer) : Step
    {
        public override string Kernel => "Dense.Unrolled";

        public override void Emit(StepWriter writer)
        {
            for (int j = 0; j < layer.Inputs; j++) writer.Line($"float x{j} = {writer.Input(0)}[{j}];");
            for (int i = 0; i < layer.Outputs; i++)
            {
                var sum = new StringBuilder(CSharpLiteral.Of(layer.Bias[i]));
                for (int j = 0; j < layer.Inputs; j++)
                {
                    float w = layer.Weights[(i * layer.Inputs) + j];
                    if (w != 0) sum.Append(" + (").Append(CSharpLiteral.Of(w)).Append($" * x{j})");
                }

                writer.Line($"{writer.Output(0)}[{i}] = {sum};");
            }
        }
    }
}
