using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>BatchNormalization in training: three walks over each channel, for mean, variance and result; then the statistics.</summary>
internal sealed class BatchNormTrainingKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        Arithmetic?[] types = [.. node.Inputs.Select(i => Arithmetic.Of(context.ElementType(i)))];
        if (!group.IsSingle || types.Any(t => t is null) || !BatchNormalization.IsTraining(node)) return null;
        AxisView view = BatchNormalization.View(node, context.Lengths(node.Inputs[0]));
        return new TrainingStep(node, view, [.. types.Select(t => t!)])
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = node.Outputs,
            MultiplyAdds = 2L * context.Count(node.Inputs[0]),
            Summary = $"BatchNormalization of {view.Length} channels by the batch's statistics, in {types[0]!.Type}",
        };
    }

    private sealed class TrainingStep(Node node, AxisView view, Arithmetic[] types) : Step
    {
        public override string Kernel => "BatchNorm.Training";

        public override void Emit(StepWriter writer)
        {
            using var channels = new LoopScope(writer);
            channels.Loop("channel", view.Length);
            string x = types[0].Load(writer.Input(0) + "[" + At(channels) + "]");
            string count = CSharpLiteral.Of((double)((long)view.Outer * view.Inner));
            WriteSum(writer, "mean", x, count);
            WriteSum(writer, "variance", $"({x} - mean) * ({x} - mean)", count);
            if (Outputs[0].Length > 0) WriteResult(writer, channels, x);
            WriteStatistics(writer, channels.Index(("channel", 1)));
        }

        private void WriteSum(StepWriter writer, string name, string term, string count)
        {
            writer.Line($"double {name} = 0d;");
            using (var elements = new LoopScope(writer))
            {
                elements.Loop("n", view.Outer).Loop("i", view.Inner);
                writer.Line($"{name} += {term};");
            }

            writer.Line($"{name} /= {count};");
        }

        private void WriteResult(StepWriter writer, LoopScope channels, string x)
        {
            string c = channels.Index(("channel", 1));
            string Channel(int input) => types[input].Load(writer.Input(input) + "[" + c + "]");
            writer.Line($"double scale = {Channel(1)} / Math.Sqrt(variance + {CSharpLiteral.Of((double)node.Attributes.Float("epsilon", 1e-5f))});");
            writer.Line($"double shift = {Channel(2)} - (scale * mean);");
            using var elements = new LoopScope(writer);
            elements.Loop("n", view.Outer).Loop("i", view.Inner);
            writer.Line($"{writer.Output(0)}[{At(channels)}] = {Narrow(0, $"(({x} * scale) + shift)")};");
        }

        private void WriteStatistics(StepWriter writer, string c)
        {
            float momentum = node.Attributes.Float("momentum", BatchNormalization.DefaultMomentum);
            for (int output = 1; output < Outputs.Length; output++)
            {
                if (Outputs[output].Length == 0) continue;
                int input = output % 2 == 1 ? 3 : 4;
                string batch = input == 3 ? "mean" : "variance";
                string before = types[input].Load(writer.Input(input) + "[" + c + "]");
                string value = output > 2 ? batch : $"(({before} * {CSharpLiteral.Of((double)momentum)}) + ({batch} * {CSharpLiteral.Of(1 - (double)momentum)}))";
                writer.Line($"{writer.Output(output)}[{c}] = {Narrow(input, value)};");
            }
        }

        /// <summary>An element of the channel, in loops over n and i.</summary>
        private string At(LoopScope channels)
        {
            string[] open = [.. new[] { "n", "channel", "i" }.Where(v => v switch { "n" => view.Outer != 1, "i" => view.Inner != 1, _ => channels.Has(v) })];
            return LoopScope.Index(open, ("n", view.Length * view.Inner), ("channel", view.Inner), ("i", 1));
        }

        private string Narrow(int input, string value) => types[input].Type == "double" ? value : "(" + types[input].Type + ")" + value;
    }
}
