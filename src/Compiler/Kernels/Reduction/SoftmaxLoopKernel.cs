using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Reduction;

/// <summary>Softmax, LogSoftmax and Hardmax as plain loops, for all float types.</summary>
internal sealed class SoftmaxLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { IsReal: true } arithmetic) return null;
        AxisView view = Softmaxes.View(node, context.Lengths(node.Inputs[0]));
        return new SoftmaxLoopStep(node.Operator.Name, view, arithmetic)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Summary = AxisText.Of(node, view),
        };
    }

    private sealed class SoftmaxLoopStep(string name, AxisView view, Arithmetic arithmetic) : Step
    {
        public override string Kernel => name + ".Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (view.Outer == 0 || view.Length == 0 || view.Inner == 0) return;
            using var nest = new LoopScope(writer);
            nest.Loop("o", view.Outer).Loop("i", view.Inner);
            string start = nest.Index(("o", view.Length * view.Inner), ("i", 1));
            writer.Line($"{arithmetic.Sum} max = {arithmetic.Load(writer.Input(0) + "[" + start + "]")};");
            if (name == "Hardmax") writer.Line("int place = 0;");
            string step = view.Inner == 1 ? "k" : "(k * " + CSharpLiteral.Of(view.Inner) + ")";
            string at = start == "0" ? step : start.Contains(" + ") || !start.Contains(" ") ? start + " + " + step : "(" + start + ") + " + step;
            string x = arithmetic.Load(writer.Input(0) + "[" + at + "]");
            string y = writer.Output(0) + "[" + at + "]";
            WriteMaximum(writer, x);
            if (name == "Hardmax")
            {
                writer.Line($"for (int k = 0; k < {view.Length}; k++) {y} = {arithmetic.Store("(k == place ? " + One + " : " + arithmetic.Zero + ")")};");
                return;
            }

            WritePowers(writer, x, y);
        }

        private string One => arithmetic.Sum == "float" ? "1f" : "1d";

        private string Narrow => arithmetic.Sum == "float" ? "(float)" : "";

        private void WriteMaximum(StepWriter writer, string x)
        {
            using (writer.Block($"for (int k = 1; k < {view.Length}; k++)"))
            {
                writer.Line($"{arithmetic.Sum} value = {x};");
                writer.Line($"if (!(value > max{(name == "Hardmax" ? "" : $" || {arithmetic.Sum}.IsNaN(value)")})) continue;");
                writer.Line("max = value;");
                if (name == "Hardmax") writer.Line("place = k;");
            }
        }

        private void WritePowers(StepWriter writer, string x, string y)
        {
            writer.Line($"{arithmetic.Sum} sum = {arithmetic.Zero};");
            writer.Line($"for (int k = 0; k < {view.Length}; k++) sum += {Narrow}Math.Exp({x} - max);");
            if (name == "LogSoftmax")
            {
                writer.Line($"{arithmetic.Sum} log = {Narrow}Math.Log(sum);");
                writer.Line($"for (int k = 0; k < {view.Length}; k++) {y} = {arithmetic.Store("(" + x + " - max - log)")};");
            }
            else
            {
                writer.Line($"for (int k = 0; k < {view.Length}; k++) {y} = {arithmetic.Store("(" + Narrow + "Math.Exp(" + x + " - max) / sum)")};");
            }
        }
    }
}
