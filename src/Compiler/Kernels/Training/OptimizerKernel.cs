using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Training;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Training;

/// <summary>Momentum, Adagrad and Adam: one loop a tensor, in double.</summary>
internal sealed class OptimizerKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || OperatorTable.Find(node.Operator) is not Optimizer optimizer || node.Inputs.Any(i => !DoubleText.Serves(context.ElementType(i)))) return null;
        return new OptimizerStep(optimizer, context)
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = CopyPlan.TrimmedOutputs(node),
            Summary = $"{node.Operator.Name} step of {IndexText.Number(optimizer.Count(node))} {(optimizer.Count(node) == 1 ? "tensor" : "tensors")}",
        };
    }

    private sealed class OptimizerStep(Optimizer optimizer, KernelContext context) : Step
    {
        public override string Kernel => "Optimizer";

        public override void Emit(StepWriter writer)
        {
            Node node = Nodes[0];
            writer.Line($"double rate = {DoubleText.Load(context.ElementType(Inputs[0]), writer.Input(0) + "[0]")};");
            if (optimizer is not Momentum || Number("beta", 0) != "1d") writer.Line($"long step = {writer.Input(1)}[0];");
            if (optimizer is Adagrad) writer.Line($"double factor = rate / (1d + (step * {Number("decay_factor", 0)}));");
            if (optimizer is Adam)
            {
                (float alpha, float beta) = Adam.Shares(node);
                writer.Line($"double factor = step > 0 ? rate * Math.Sqrt(1d - Math.Pow({CSharpLiteral.Of((double)beta)}, step)) / (1d - Math.Pow({CSharpLiteral.Of((double)alpha)}, step)) : rate;");
            }

            int count = optimizer.Count(node);
            for (int tensor = 0; tensor < count; tensor++) WriteLoop(writer, tensor, count);
        }

        private void WriteLoop(StepWriter writer, int tensor, int count)
        {
            ElementType type = context.ElementType(Inputs[2 + tensor]);
            string Element(int part) => DoubleText.Load(type, $"{writer.Input(2 + (part * count) + tensor)}[i]");
            void Store(int part, string value)
            {
                int output = (part * count) + tensor;
                if (output < Outputs.Length && Outputs[output].Length > 0) writer.Line($"{writer.Output(output)}[i] = {DoubleText.Store(type, value)};");
            }

            using (writer.Block($"for (int i = 0; i < {IndexText.Number(context.Count(Inputs[2 + tensor]))}; i++)"))
            {
                writer.Line($"double element = {Element(0)};");
                writer.Line($"double gradient = ({Number("norm_coefficient", 0)} * element) + {Element(1)};");
                if (optimizer is Momentum)
                {
                    string share = Number("beta", 0) == "1d" ? "gradient" : $"((step > 0 ? {Number("beta", 0)} : 1d) * gradient)";
                    writer.Line($"double velocity = ({Number("alpha", 0)} * {Element(2)}) + {share};");
                    Store(0, Momentum.IsNesterov(Nodes[0]) ? $"element - (rate * (gradient + ({Number("alpha", 0)} * velocity)))" : "element - (rate * velocity)");
                    Store(1, "velocity");
                }
                else if (optimizer is Adagrad)
                {
                    writer.Line($"double squares = {Element(2)} + (gradient * gradient);");
                    Store(0, $"element - (factor * gradient / (Math.Sqrt(squares) + {CSharpLiteral.Of((double)Adagrad.Epsilon(Nodes[0]))}))");
                    Store(1, "squares");
                }
                else
                {
                    (double alpha, double beta) = Adam.Shares(Nodes[0]);
                    writer.Line($"double mean = ({CSharpLiteral.Of(alpha)} * {Element(2)}) + ({CSharpLiteral.Of(1 - alpha)} * gradient);");
                    writer.Line($"double square = ({CSharpLiteral.Of(beta)} * {Element(3)}) + ({CSharpLiteral.Of(1 - beta)} * gradient * gradient);");
                    writer.Line($"double next = element - (factor * mean / (Math.Sqrt(square) + {CSharpLiteral.Of((double)Adagrad.Epsilon(Nodes[0]))}));");
                    Store(0, Number("norm_coefficient_post", 0) == "0d" ? "next" : $"(1d - {Number("norm_coefficient_post", 0)}) * next");
                    Store(1, "mean");
                    Store(2, "square");
                }
            }
        }

        private string Number(string attribute, float otherwise) => CSharpLiteral.Of((double)Nodes[0].Attributes.Float(attribute, otherwise));
    }
}
