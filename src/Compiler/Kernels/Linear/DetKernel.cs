using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>Det: each matrix is copied as doubles and eliminated.</summary>
internal sealed class DetKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Inputs[0]);
        if (!group.IsSingle || !DoubleText.Serves(type)) return null;
        int size = context.Lengths(node.Inputs[0])[^1];
        int matrices = context.Count(node.Outputs[0]);
        return new DetStep(matrices, size, type)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            WorkspaceLength = matrices == 0 ? 0 : size * size,
            WorkspaceType = ElementType.Float64,
            Summary = "Determinants of " + context.Type(node.Inputs[0]).Shape,
        };
    }

    private sealed class DetStep(int matrices, int size, ElementType type) : Step
    {
        public override string Kernel => "Det";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (size == 0 || matrices == 0)
            {
                // The empty product.
                if (matrices > 0) writer.Line($"{writer.Output(0)}.Fill({DoubleText.Store(type, "1d")});");
                else writer.Line("// The tensor is empty.");
                return;
            }

            string count = CSharpLiteral.Of(size * size);
            using var nest = new LoopScope(writer);
            nest.Loop("i", matrices);
            string element = nest.Has("i") ? $"(i * {count}) + k" : "k";
            writer.Line($"for (int k = 0; k < {count}; k++) {writer.Workspace}[k] = {DoubleText.Load(type, $"{writer.Input(0)}[{element}]")};");
            writer.Line($"{writer.Output(0)}[{nest.Index(("i", 1))}] = {DoubleText.Store(type, $"Determinant.Of({writer.Workspace}, {CSharpLiteral.Of(size)})")};");
        }
    }
}
