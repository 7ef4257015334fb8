using System.Collections.Generic;
using System.Linq;
using System.Text;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>A small matrix times one vector, as straight-line code with the weights as literals (docs/decisions/0002).</summary>
internal sealed class UnrolledDenseKernel : Kernel
{
    /// <summary>Bytes of machine code up to which a layer is unrolled.</summary>
    private const int CodeLimit = 4096;

    /// <summary>Bytes of machine code that one term takes: a multiplication and an addition with their operands in memory.</summary>
    private const int BytesPerTerm = 15;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (DenseLayer.TryRead(group, context) is not { Rows: 1, Addend: null } layer) return null;
        if (layer.Weights.Count(w => w != 0) * BytesPerTerm > CodeLimit || layer.Inputs > 256 || layer.Weights.Any(w => !IsFinite(w))) return null;
        return new UnrolledDenseStep(layer)
        {
            Nodes = group.Nodes,
            Inputs = [layer.Input],
            Outputs = [group.Last.Outputs[0]],
            MultiplyAdds = layer.MultiplyAdds,
            Summary = $"{group.Head.Operator.Name} {layer.Text}, unrolled",
        };
    }

    private static bool IsFinite(float value) => !float.IsNaN(value) && !float.IsInfinity(value);

    private sealed class UnrolledDenseStep(DenseLayer layer) : Step
    {
        /// <summary>The column at which a long sum goes on in the next line.</summary>
        private const int LineWidth = 110;

        public override string Kernel => "Dense.Unrolled";

        public override void Emit(StepWriter writer)
        {
            // Slices of known length spare the range checks.
            for (int j = 0; j < layer.Inputs; j++) writer.Line($"float x{j} = {writer.Input(0)}[{j}];");
            for (int i = 0; i < layer.Outputs; i++) WriteOutput(writer, i);
        }

        private void WriteOutput(StepWriter writer, int i)
        {
            List<string> lines = Lines(i);
            if (lines.Count == 1)
            {
                writer.Line($"{writer.Output(0)}[{i}] = {layer.Activation.Apply(lines[0])};");
                return;
            }

            writer.Line($"float y{i} = {lines[0]}");
            using (writer.Code.Indent())
                for (int line = 1; line < lines.Count; line++) writer.Line(lines[line] + (line + 1 == lines.Count ? ";" : ""));
            writer.Line($"{writer.Output(0)}[{i}] = {layer.Activation.Apply("y" + CSharpLiteral.Of(i))};");
        }

        private List<string> Lines(int i)
        {
            var lines = new List<string>();
            float bias = layer.Bias is null ? 0 : layer.Bias[i];
            var line = new StringBuilder(bias == 0 ? "" : CSharpLiteral.Of(bias));
            for (int j = 0; j < layer.Inputs; j++)
            {
                float w = layer.Weights[(i * layer.Inputs) + j];
                if (w == 0) continue;
                string term = CSharpLiteral.Of(System.Math.Abs(w)) + " * x" + CSharpLiteral.Of(j);
                if (line.Length == 0 && lines.Count == 0) line.Append(w < 0 ? "-" : "").Append(term);
                else line.Append(line.Length == 0 ? "" : " ").Append(w < 0 ? "- (" : "+ (").Append(term).Append(')');
                if (line.Length < LineWidth) continue;
                lines.Add(line.ToString());
                line.Clear();
            }

            if (line.Length > 0 || lines.Count == 0) lines.Add(line.Length == 0 ? "0f" : line.ToString());
            return lines;
        }
    }
}
