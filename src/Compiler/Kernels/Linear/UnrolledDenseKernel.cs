using System.Collections.Generic;
using System.Linq;
using System.Text;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Splitting;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>A small matrix times one vector, as straight-line code with the weights as literals in it (docs/decisions/0002).</summary>
internal sealed class UnrolledDenseKernel : Kernel
{
    /// <summary>Machine code of one term: a literal loaded, multiplied, added.</summary>
    private const int BytesPerTerm = 20;

    /// <summary>Machine code of one output: its bias, its activation, its store.</summary>
    private const int BytesPerOutput = 48;

    /// <summary>Against vectors: up to here a layer takes less time than a call of the runtime, or a few nanoseconds more.</summary>
    private static readonly Limits Vectors = new(CodeBytes: 1152, Inputs: 16);

    /// <summary>Where there are none, or the strict count is asked for. More inputs do not fit the registers: sums would wait for one another.</summary>
    private static readonly Limits Scalars = new(CodeBytes: 6144, Inputs: 64);

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context) => TryPlan(group, context, context.Options.Lowering == Lowering.Auto ? Vectors : Scalars);

    /// <inheritdoc/>
    public override IEnumerable<Step> Alternatives(NodeGroup group, KernelContext context) => TryPlan(group, context, Scalars) is { } step ? [step] : [];

    private static Step? TryPlan(NodeGroup group, KernelContext context, Limits limits)
    {
        if (DenseLayer.TryRead(group, context) is not { Rows: 1, Addend: null } layer || layer.Inputs > limits.Inputs) return null;
        long bytes = ((long)layer.Weights.Count(w => w != 0) * BytesPerTerm) + ((long)layer.Outputs * BytesPerOutput);
        if (bytes > limits.CodeBytes || !layer.Weights.All(IsFinite) || !(layer.Bias ?? []).All(IsFinite)) return null;
        if (SplitLayer.OfDense(layer, context.Hashed(group.Head.Inputs[1])) is { } hashed)
            return context.Options.OnlyLowering is null && !hashed.IsPaired ? PlanHashed(group, layer, hashed, context) : null;
        return new UnrolledDenseStep(layer)
        {
            Nodes = group.Nodes,
            Inputs = [layer.Input],
            Outputs = [group.Last.Outputs[0]],
            MultiplyAdds = layer.MultiplyAdds,
            Summary = $"{group.Head.Operator.Name} {layer.Text}, unrolled",
        };
    }

    private static UnrolledHashedStep PlanHashed(NodeGroup group, DenseLayer layer, SplitLayer hashed, KernelContext context)
    {
        return new UnrolledHashedStep(layer, hashed, doubles: context.Options.Lowering != Lowering.Fewest)
        {
            Nodes = group.Nodes,
            Inputs = [layer.Input],
            Outputs = [group.Last.Outputs[0]],
            MultiplyAdds = layer.MultiplyAdds,
            Cost = LoweringCounter.CostOf(hashed),
            Summary = $"{group.Head.Operator.Name} {layer.Text}, unrolled",
        };
    }

    /// <summary>Up to where a layer is unrolled.</summary>
    private sealed record Limits(int CodeBytes, int Inputs);

    private static bool IsFinite(float value) => !float.IsNaN(value) && !float.IsInfinity(value);

    private sealed class UnrolledDenseStep(DenseLayer layer) : Step
    {
        /// <summary>Terms in a parenthesis, which fill a line: sums of sums depend less on one another than one long chain.</summary>
        private const int TermsPerLine = 4;

        public override string Kernel => "Dense.Unrolled";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            for (int j = 0; j < layer.Inputs; j++) writer.Line($"float x{j} = {writer.Input(0)}[{j}];");
            for (int i = 0; i < layer.Outputs; i++) WriteOutput(writer, i);
        }

        private void WriteOutput(StepWriter writer, int i)
        {
            string target = writer.Output(0) + "[" + CSharpLiteral.Of(i) + "]";
            float bias = layer.Bias is null ? 0 : layer.Bias[i];
            int[] terms = [.. Enumerable.Range(0, layer.Inputs).Where(j => Weight(i, j) != 0)];
            if (terms.Length <= TermsPerLine)
            {
                writer.Line($"{target} = {layer.Activation.Apply(Sum(i, bias, terms))};");
                return;
            }

            writer.Line($"float sum{i} = {CSharpLiteral.Of(bias)}");
            using (writer.Code.Indent())
            {
                for (int start = 0; start < terms.Length; start += TermsPerLine)
                    writer.Line($"+ ({Sum(i, 0, [.. terms.Skip(start).Take(TermsPerLine)])}){(start + TermsPerLine >= terms.Length ? ";" : "")}");
            }

            writer.Line($"{target} = {layer.Activation.Apply("sum" + CSharpLiteral.Of(i))};");
        }

        private float Weight(int i, int j) => layer.Weights[(i * layer.Inputs) + j];

        private string Sum(int i, float start, int[] terms)
        {
            var text = new StringBuilder(start == 0 && terms.Length > 0 ? "" : CSharpLiteral.Of(start));
            foreach (int j in terms)
            {
                float w = Weight(i, j);
                if (text.Length == 0) text.Append(CSharpLiteral.Of(w));
                else text.Append(w < 0 ? " - " : " + ").Append(CSharpLiteral.Of(System.Math.Abs(w)));
                text.Append(" * x").Append(CSharpLiteral.Of(j));
            }

            return text.ToString();
        }
    }
}
