using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Reduction;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>LpNormalization: two walks over each line, for the norm and the quotients; by vectors where lines are rows of floats.</summary>
internal sealed class LpNormKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } type) return null;
        AxisView view = LpNormalization.View(node, context.Lengths(node.Inputs[0]));
        bool isManhattan = node.Attributes.Int("p", 2) == 1;
        if (context.ElementType(node.Inputs[0]) == ElementType.Float32 && view.Inner == 1 && view.Length > 0 && !context.Options.IsScalar)
        {
            return new LpNormRowsStep(view, isManhattan ? 1 : 2)
            {
                Nodes = group.Nodes,
                Inputs = [node.Inputs[0]],
                Outputs = [node.Outputs[0]],
                InPlaceInputs = [0],
                MultiplyAdds = context.Count(node.Inputs[0]),
                Summary = AxisText.Of(node, view),
            };
        }

        return new LpNormStep(view, type, isManhattan)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            MultiplyAdds = context.Count(node.Inputs[0]),
            Summary = AxisText.Of(node, view),
        };
    }

    private sealed class LpNormRowsStep(AxisView view, int order) : Step
    {
        public override string Kernel => "LpNorm.Vector";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer) => writer.Line($"LpNorm.Run({writer.Input(0)}, {writer.Output(0)}, rows: {view.Outer}, length: {view.Length}, order: {order});");
    }

    private sealed class LpNormStep(AxisView view, Arithmetic type, bool isManhattan) : Step
    {
        public override string Kernel => "LpNorm.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (view.Outer == 0 || view.Length == 0 || view.Inner == 0) return;
            using var nest = new LoopScope(writer);
            nest.Loop("o", view.Outer).Loop("i", view.Inner);
            string start = nest.Index(("o", view.Length * view.Inner), ("i", 1));
            string step = view.Inner == 1 ? "k" : "(k * " + CSharpLiteral.Of(view.Inner) + ")";
            string at = start == "0" ? step : "(" + start + ") + " + step;
            string x = type.Load(writer.Input(0) + "[" + at + "]");
            writer.Line($"{type.Sum} norm = {type.Zero};");
            writer.Line($"for (int k = 0; k < {view.Length}; k++) norm += {(isManhattan ? $"Math.Abs({x})" : $"{x} * {x}")};");
            if (!isManhattan) writer.Line($"norm = {(type.Sum == "float" ? "(float)" : "")}Math.Sqrt(norm);");
            writer.Line($"for (int k = 0; k < {view.Length}; k++) {writer.Output(0)}[{at}] = {type.Store($"(norm == {type.Zero} ? {type.Zero} : {x} / norm)")};");
        }
    }
}
