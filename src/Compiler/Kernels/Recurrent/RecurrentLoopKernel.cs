using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Recurrent;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Recurrent;

/// <summary>LSTM, GRU and RNN of any float type and size as plain loops; states and sums are as wide as the arithmetic.</summary>
internal sealed class RecurrentLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } arithmetic) return null;
        RecurrentLayer layer = RecurrentOperands.Layer(node, context);
        RecurrentOperands operands = RecurrentOperands.Read(node, layer, context);
        // The states of all sequences, the sums of one, and what GRU keeps beside them.
        long workspace = (2L * layer.Batch * layer.Hidden) + layer.GateRows + layer.Hidden;
        if (workspace > int.MaxValue) return null;
        return new RecurrentLoopStep(node, layer, operands, arithmetic)
        {
            Nodes = group.Nodes,
            Inputs = operands.Values,
            InputNames = operands.Names,
            Outputs = node.Outputs,
            WorkspaceLength = (int)workspace,
            WorkspaceType = arithmetic.Sum == "double" ? ElementType.Float64 : ElementType.Float32,
            MultiplyAdds = RecurrentOperands.MultiplyAdds(layer),
            Summary = RecurrentOperands.Summary(node, layer),
        };
    }
}
