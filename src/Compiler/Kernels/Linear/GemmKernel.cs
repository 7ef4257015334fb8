using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>Gemm of floats whose right operand is computed at run time: packed into the workspace, then multiplied by RedGen.Runtime.</summary>
internal sealed class GemmKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || context.ElementType(node.Inputs[0]) != ElementType.Float32) return null;
        if (node.Attributes.Float("alpha", 1) != 1 || node.Attributes.Int("transA", 0) != 0) return null;
        int[] y = context.Lengths(node.Outputs[0]);
        int depth = context.Lengths(node.Inputs[0])[1];
        if (y[0] == 0 || y[1] == 0 || depth == 0) return null;
        bool hasC = node.HasInput(2) && node.Attributes.Float("beta", 1) != 0;
        bool isBias = hasC && context.Count(node.Inputs[2]) == y[1] && context.Lengths(node.Inputs[2]).LastOrDefault() == y[1];
        bool isAddend = hasC && !isBias && context.Count(node.Inputs[2]) == y[0] * y[1];
        if (hasC && ((!isBias && !isAddend) || node.Attributes.Float("beta", 1) != 1)) return null;
        return new GemmStep(y[0], depth, y[1], node.Attributes.Int("transB", 0) != 0, isBias, isAddend)
        {
            Nodes = group.Nodes,
            Inputs = hasC ? [node.Inputs[0], node.Inputs[1], node.Inputs[2]] : [node.Inputs[0], node.Inputs[1]],
            Outputs = [node.Outputs[0]],
            WorkspaceLength = PanelPacking.Length(depth, y[1]),
            MultiplyAdds = (long)y[0] * depth * y[1],
            Summary = $"Gemm {y[0]}×{depth} by {depth}×{y[1]}",
        };
    }

    private sealed class GemmStep(int rows, int depth, int columns, bool transB, bool isBias, bool isAddend) : Step
    {
        public override string Kernel => "Gemm.RunTime";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string bias = isBias ? writer.Input(2) : "default";
            string addend = isAddend ? writer.Input(2) : "default";
            writer.Line("Gemm.RunUnpacked(");
            using (writer.Code.Indent())
            {
                writer.Line($"{writer.Input(0)}, {writer.Input(1)}, {bias}, {addend}, {writer.Output(0)}, {writer.Workspace},");
                writer.Line($"rows: {rows}, depth: {depth}, columns: {columns}, transposedB: {(transB ? "true" : "false")}, default(Identity));");
            }
        }
    }
}
