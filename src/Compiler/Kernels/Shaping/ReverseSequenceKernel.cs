using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>ReverseSequence: a run of elements is copied for each time of each sequence.</summary>
internal sealed class ReverseSequenceKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !CopyPlan.CanMove(context.ElementType(node.Inputs[0]))) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        return new ReverseSequenceStep(x, ReverseSequence.IsTimeFirst(node))
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = [node.Outputs[0]],
            Summary = "ReverseSequence of " + Shape.Of(x),
        };
    }

    private sealed class ReverseSequenceStep(int[] x, bool isTimeFirst) : Step
    {
        public override string Kernel => "ReverseSequence";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (x.Contains(0))
            {
                writer.Line("// The tensor is empty.");
                return;
            }

            int times = isTimeFirst ? x[0] : x[1];
            int run = (int)Positions.Product(x.Skip(2));
            string count = IndexText.Number(times);
            string lengths = writer.Input(1);
            using (writer.Block($"for (int sequence = 0; sequence < {IndexText.Number(isTimeFirst ? x[1] : x[0])}; sequence++)"))
            {
                using (writer.Block($"if ({lengths}[sequence] < 0 || {lengths}[sequence] > {count})"))
                    writer.Line($"throw new ArgumentOutOfRangeException(\"sequence_lens\", {lengths}[sequence], \"ReverseSequence: a length is not from 0 to {count}.\");");
                writer.Line($"int length = (int){lengths}[sequence];");
                using (writer.Block($"for (int time = 0; time < {count}; time++)"))
                {
                    writer.Line("int turned = time < length ? length - 1 - time : time;");
                    string from = At("turned", run);
                    string to = At("time", run);
                    writer.Line(run == 1
                        ? $"{writer.Output(0)}[{to}] = {writer.Input(0)}[{from}];"
                        : $"{writer.Input(0)}.Slice({from}, {IndexText.Number(run)}).CopyTo({writer.Output(0)}.Slice({to}));");
                }
            }
        }

        private string At(string time, int run)
        {
            var index = new IndexText().Add(time, (isTimeFirst ? x[1] : 1) * run);
            return index.Add("sequence", (isTimeFirst ? 1 : x[1]) * run).ToString();
        }
    }
}
