using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Operators.Attentions;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Attentions;

/// <summary>Attention of floats through RedGen.Runtime, head by head, without a matrix of all scores.</summary>
internal sealed class AttentionKernel : Kernel
{
    /// <summary>Rows of the query in a block (<c>AttentionHead.BlockRows</c>).</summary>
    internal const int BlockRows = 32;

    /// <summary>From so many rows on it pays to pack keys and values.</summary>
    private const int FewRows = 8;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !node.HasOutput(0) || node.HasOutput(3)) return null;
        if (node.Inputs.Take(3).Any(i => context.ElementType(i) != ElementType.Float32)) return null;
        if (node.Attributes.Int("softmax_precision", 1) == (long)ElementType.Float64) return null;
        AttentionLayer layer = AttentionLayer.Read(node, context);
        AttentionShape shape = layer.Shape;
        if (layer.HasOneColumn || layer.MaskType is not (null or ElementType.Float32 or ElementType.Bool)) return null;
        if (shape.Batch * shape.Heads * shape.Rows == 0 || shape.Total == 0 || shape.Depth == 0 || shape.Width == 0) return null;
        bool isPacked = shape.Rows >= FewRows;
        long workspace = isPacked ? WorkspaceLength(shape.Total, shape.Depth, shape.Width) : shape.Total;
        long copies = (long)shape.Total * (shape.Depth + shape.Width);
        if (workspace + copies > int.MaxValue / 4) return null;
        return new AttentionStep(layer, isPacked, (int)workspace)
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where(i => i.Length > 0)],
            InputNames = [.. Names.Where((_, i) => node.HasInput(i))],
            Outputs = node.Outputs,
            WorkspaceLength = (int)(workspace + copies),
            MultiplyAdds = layer.Work,
            Summary = layer.Text,
        };
    }

    /// <summary>What the step's method calls its inputs.</summary>
    internal static readonly string[] Names = ["q", "k", "v", "mask", "pastKey", "pastValue", "lengths"];

    /// <summary>Floats that <c>AttentionHead.Run</c> needs.</summary>
    internal static long WorkspaceLength(int keys, int depth, int width)
        => (long)PanelPacking.Length(depth, keys) + PanelPacking.Length(keys, width) + ((long)BlockRows * ((long)keys + depth + width));

    private sealed class AttentionStep(AttentionLayer layer, bool isPacked, int workspace) : Step
    {
        private readonly AttentionShape _shape = layer.Shape;

        public override string Kernel => isPacked ? "Attention.Blocks" : "Attention.Rows";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string cap = CSharpLiteral.Of((float)layer.Scores.Cap);
            writer.Line($"var head = new AttentionHead(rows: {_shape.Rows}, keys: {_shape.Total}, depth: {_shape.Depth}, width: {_shape.Width}, scale: {CSharpLiteral.Of((float)layer.Scores.Scale)}, cap: {cap});");
            using var nest = new LoopScope(writer);
            nest.Loop("b", _shape.Batch);
            WriteLimits(writer, nest);
            nest.Loop("g", _shape.Groups);
            WriteRows(writer, nest, "keys", Text(writer, 1, 4, _shape.Depth), 1, workspace);
            WriteRows(writer, nest, "values", Text(writer, 2, 5, _shape.Width), 2, workspace + (_shape.Total * _shape.Depth));
            if (isPacked) writer.Line($"head.Pack(keys, values, {writer.Workspace});");
            nest.Loop("r", _shape.PerGroup);
            WriteHead(writer, nest);
        }

        private PresentText Text(StepWriter writer, int input, int past, int length)
            => new(_shape, length, writer.Input(layer.Place(input)), layer.Place(past) is >= 0 and { } place ? writer.Input(place) : null);

        /// <summary>How far a row sees, where that depends on the sample.</summary>
        private void WriteLimits(StepWriter writer, LoopScope nest)
        {
            if (layer.Place(6) < 0) return;
            writer.Line($"long valid = Math.Max(0L, Math.Min(int.MaxValue, {writer.Input(layer.Place(6))}[{nest.Index(("b", 1))}]));");
        }

        /// <summary>Declares a span with all rows of the head of a key or value, after putting them together where they are not.</summary>
        private void WriteRows(StepWriter writer, LoopScope nest, string name, PresentText text, int output, int spare)
        {
            bool isShown = Nodes[0].HasOutput(output);
            if (text.IsInPlace)
            {
                writer.Line($"ReadOnlySpan<float> {name} = {text.Added}.Slice({text.Start(nest, _shape.Added)}, {text.Count});");
                if (isShown) writer.Line($"{name}.CopyTo({writer.Output(output)}.Slice({text.Start(nest, _shape.Total)}));");
                return;
            }

            string target = isShown ? $"{writer.Output(output)}.Slice({text.Start(nest, _shape.Total)}, {text.Count})" : $"{writer.Workspace}.Slice({spare}, {text.Count})";
            writer.Line($"Span<float> {name} = {target};");
            text.Write(writer, nest, name);
        }

        private void WriteHead(StepWriter writer, LoopScope nest)
        {
            (int Sample, int Head, int Row) q = layer.Steps(_shape.Heads, _shape.Rows, _shape.Depth);
            (int Sample, int Head, int Row) y = layer.Steps(_shape.Heads, _shape.Rows, _shape.Width);
            string bias = "default";
            string allowed = "default";
            int step = 0;
            if (layer.MaskType is { } type)
            {
                (int Sample, int Head, int Row) mask = layer.MaskSteps();
                string rows = From(writer.Input(layer.Place(3)), layer.HeadIndex(nest, mask));
                if (type == ElementType.Bool) allowed = rows;
                else bias = rows;
                step = mask.Row;
            }

            writer.Line($"var seen = new AttentionMask({bias}, {allowed}, step: {step}, valid: {Valid}, offset: {Offset});");
            string query = $"{From(writer.Input(0), layer.HeadIndex(nest, q))}, {q.Row}";
            string output = $"{From(writer.Output(0), layer.HeadIndex(nest, y))}, {y.Row}";
            writer.Line(isPacked
                ? $"head.Run({query}, {output}, seen, {writer.Workspace});"
                : $"head.RunRows({query}, keys, values, {output}, seen, {writer.Workspace});");
        }

        private static string From(string span, string start) => start == "0" ? span : $"{span}.Slice({start})";

        private string Valid
        {
            get
            {
                string columns = layer.IsMaskPadded ? CSharpLiteral.Of(layer.MaskLengths[3]) : "int.MaxValue";
                return layer.Place(6) < 0 ? columns : layer.IsMaskPadded ? $"Math.Min({columns}, valid)" : "valid";
            }
        }

        private string Offset => !layer.Scores.IsCausal ? "int.MaxValue"
            : layer.Place(6) >= 0 && layer.Place(4) < 0 ? $"valid - {_shape.Rows}" : CSharpLiteral.Of(_shape.Past);
    }
}
