using System;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Attentions;

/// <summary>Attention that a model writes out in many nodes, head by head through RedGen.Runtime, each operand read where it stands.</summary>
internal sealed class WrittenAttentionKernel : Kernel
{
    /// <summary>Rows of the query in a block (<c>StridedAttention</c>).</summary>
    private const int BlockRows = 32;

    /// <summary>Floats of a tile (<c>StridedProduct</c>).</summary>
    private const int SpareLength = 128;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (group.Nodes.FirstOrDefault(n => n.Operator.QualifiedName == "Softmax") is not { } softmax || group.IsSingle) return null;
        var links = new NodeLinks(group.Nodes, [group.Last.Outputs[0]]);
        if (WrittenAttention.TryRead(softmax, links, context) is not { } attention || (attention.Behind ?? attention.Weighted).Name != group.Last.Name) return null;
        OperandView q = WrittenAttention.View(attention.Scores.Inputs[0], links, context, scaled: true);
        OperandView k = WrittenAttention.View(attention.Scores.Inputs[1], links, context, scaled: true);
        OperandView v = WrittenAttention.View(attention.Weighted.Inputs[1], links, context, scaled: false);
        string[] inputs = [.. new[] { q.Source, k.Source, v.Source }.Concat(attention.Mask is { } mask ? [mask] : []).Distinct(StringComparer.Ordinal)];
        int rank = q.Lengths.Length;
        (int rows, int depth, int keys, int width) = (q.Lengths[rank - 2], q.Lengths[rank - 1], k.Lengths[rank - 1], v.Lengths[rank - 1]);
        if (depth == 0 || width == 0 || WorkspaceLength(keys, depth, width) is > int.MaxValue / 4) return null;
        return new AttentionStep(q, k, v, attention, inputs)
        {
            Nodes = group.Nodes,
            Inputs = [.. inputs],
            InputNames = inputs.Length == 1 ? ["x"] : [],
            Outputs = [group.Last.Outputs[0]],
            WorkspaceLength = (int)WorkspaceLength(keys, depth, width),
            MultiplyAdds = (long)q.Lengths.Take(rank - 2).Aggregate(1, (a, b) => a * b) * rows * keys * (depth + width),
            Summary = $"Attention, {q.Lengths.Take(rank - 2).Aggregate(1, (a, b) => a * b)} times {rows} × {keys} of {depth} and {width}",
        };
    }

    /// <summary>Floats that <c>StridedAttention.Run</c> needs.</summary>
    private static long WorkspaceLength(int keys, int depth, int width)
        => (BlockRows * ((long)depth + keys + keys + 1)) + SpareLength + (keys * ((width + BlockRows - 1L) / BlockRows * BlockRows));

    private sealed class AttentionStep(OperandView q, OperandView k, OperandView v, WrittenAttention attention, string[] inputs) : Step
    {
        private int Rank => q.Lengths.Length;

        public override string Stem => "Attention";

        public override string Kernel => "Attention.Strided";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string scale = CSharpLiteral.Of((float)(attention.Factor * q.Factor * k.Factor));
            writer.Line($"var head = new StridedAttention(rows: {q.Lengths[Rank - 2]}, keys: {k.Lengths[Rank - 1]}, depth: {q.Lengths[Rank - 1]}, width: {v.Lengths[Rank - 1]}, scale: {scale});");
            using var nest = new LoopScope(writer);
            for (int axis = 0; axis < Rank - 2; axis++) nest.Loop(IndexText.Variable(axis), q.Lengths[axis]);
            var context = new KernelContext(writer.Plan.Graph, writer.Plan.Options);
            string mask = "default";
            if (attention.Mask is { } added)
            {
                int[] strides = attention.MaskStrides(context);
                mask = $"new StridedRows({From(writer, nest, added, 0, strides)}, {strides[Rank - 2]})";
            }

            int[] y = attention.OutputStrides(context);
            writer.Line($"head.Run(");
            using (writer.Code.Indent())
            {
                writer.Line($"{Rows(writer, nest, q, Rank - 2, Rank - 1)}, {Rows(writer, nest, k, Rank - 1, Rank - 2)}, {Rows(writer, nest, v, Rank - 2, Rank - 1)}, {mask},");
                writer.Line($"{Slice(writer.Output(0), Place(nest, 0, y))}, {y[Rank - 2]}, {writer.Workspace});");
            }
        }

        private string Rows(StepWriter writer, LoopScope nest, OperandView view, int row, int element)
        {
            string step = view.Strides[element] == 1 || view.Lengths[element] == 1 ? "" : ", " + IndexText.Number(view.Strides[element]);
            return $"new StridedRows({From(writer, nest, view.Source, view.Offset, view.Strides)}, {view.Strides[row]}{step})";
        }

        private string From(StepWriter writer, LoopScope nest, string source, int offset, int[] strides)
            => Slice(writer.Input(Array.IndexOf(inputs, source)), Place(nest, offset, strides));

        private string Place(LoopScope nest, int offset, int[] strides)
        {
            var index = new IndexText();
            for (int axis = 0; axis < Rank - 2; axis++)
                if (nest.Has(IndexText.Variable(axis))) index.Add(IndexText.Variable(axis), strides[axis]);
            return index.Add(offset).ToString();
        }

        private static string Slice(string span, string start) => start == "0" ? span : $"{span}.Slice({start})";
    }
}
