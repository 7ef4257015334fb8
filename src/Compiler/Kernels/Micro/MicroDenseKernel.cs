using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>
/// A product with constant weights for an in-order core: some outputs are summed at once, so that an input is loaded once for several weights, and some inputs in a row, so that
/// their offsets are part of the instructions.
/// </summary>
internal sealed class MicroDenseKernel : Kernel
{
    /// <summary>Inputs from which a loop of sixteen is worth its code.</summary>
    private const int LongRow = 128;

    private static readonly string[] Sums = ["a", "b", "c", "d", "e", "f", "g", "h"];

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (DenseLayer.TryRead(group, context) is not { } layer || !MicroActivation.Serves(layer.Activation)) return null;
        var weights = MicroWeights.Of(layer.Outputs, layer.Weights, context.Hashed(group.Head.Inputs[1]));
        (int block, int unroll) = context.Options.Goal switch
        {
            OptimiseGoal.Size => (4, 1),
            OptimiseGoal.Speed => (8, layer.Inputs < LongRow ? 8 : 16),
            _ => (4, 4),
        };
        return new DenseStep(layer, weights, block, unroll)
        {
            Nodes = group.Nodes,
            Inputs = [.. layer.Values],
            InputNames = ["x", "residual"],
            Outputs = [group.Last.Outputs[0]],
            Weights = weights.Constants(block, layer.Bias),
            MultiplyAdds = layer.MultiplyAdds,
            InPlaceInputs = layer.Addend is null || layer.Addend == layer.Input ? [] : [1],
            WrittenOut = MicroUnrolledStep.TryPlan(group, layer, weights, context.Options),
            Summary = $"{group.Head.Operator.Name} {layer.Text}, {weights.Text}",
        };
    }

    private sealed class DenseStep(DenseLayer layer, MicroWeights weights, int block, int most) : Step, IWrittenOut
    {
        public MicroUnrolledStep? WrittenOut { get; init; }

        public override string Kernel => "Micro.Dense";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            weights.Declare(writer);
            using LoopScope rows = new LoopScope(writer).Loop("n", layer.Rows);
            string x = "x", y = "y";
            if (layer.Rows > 1)
            {
                writer.Line($"ReadOnlySpan<float> row = x.Slice(n * {layer.Inputs}, {layer.Inputs});");
                writer.Line($"Span<float> results = y.Slice(n * {layer.Outputs}, {layer.Outputs});");
                (x, y) = ("row", "results");
            }

            int whole = layer.Outputs / block * block;
            if (whole > 0)
            {
                using (writer.Block($"for (int i = 0; i < {whole}; i += {block})")) WriteBlock(writer, x, y, "i", block);
            }

            if (whole < layer.Outputs) WriteTail(writer, x, y, whole);
        }

        private void WriteTail(StepWriter writer, string x, string y, int first)
        {
            using (writer.Code.Block())
            {
                writer.Line($"const int i = {first};");
                WriteBlock(writer, x, y, "i", layer.Outputs - first);
            }
        }

        private void WriteBlock(StepWriter writer, string x, string y, string i, int outputs)
        {
            int unroll = Enumerable.Range(1, most).Last(u => layer.Inputs % u == 0);
            writer.Line($"ReadOnlySpan<{weights.CSharp}> codes = weights.Slice({i} * {layer.Inputs}, {layer.Inputs * outputs});");
            writer.Line($"float {string.Join(", ", Sums.Take(outputs).Select(s => s + " = 0f"))};");
            using (writer.Block($"for (int j = 0; j < {layer.Inputs}; j += {unroll})"))
            {
                writer.Line($"ReadOnlySpan<float> v = {x}.Slice(j, {unroll});");
                writer.Line($"ReadOnlySpan<{weights.CSharp}> w = codes.Slice(j * {outputs}, {unroll * outputs});");
                for (int u = 0; u < unroll; u++)
                {
                    writer.Line($"{(u == 0 ? "float " : "")}p = v[{u}];");
                    for (int o = 0; o < outputs; o++) writer.Line($"{Sums[o]} += {weights.Decode($"w[{(u * outputs) + o}]")} * p;");
                }
            }

            for (int o = 0; o < outputs; o++)
            {
                string at = o == 0 ? i : $"{i} + {o}";
                string value = weights.Scaled(this, Sums[o], at);
                if (layer.Addend is not null) value += $" + {writer.Input(1)}[{(layer.Rows > 1 ? $"(n * {layer.Outputs}) + " : "")}{at}]";
                writer.Line($"{y}[{at}] = {MicroActivation.Apply(layer.Activation, value)};");
            }
        }
    }
}
