using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Attentions;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Attentions;

/// <summary>Attention as plain loops: all element types, masks of any kind, and the scores as an output. One row of scores is held at a time.</summary>
internal sealed class AttentionLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        Arithmetic?[] types = [.. node.Inputs.Take(3).Select(i => Arithmetic.Of(context.ElementType(i)))];
        if (!group.IsSingle || types.Any(t => t is null)) return null;
        AttentionLayer layer = AttentionLayer.Read(node, context);
        if (layer.MaskType is { } mask && mask != ElementType.Bool && Arithmetic.Of(mask) is null) return null;
        bool isDouble = types.Any(t => t!.Sum == "double") || node.Attributes.Int("softmax_precision", 1) == (long)ElementType.Float64;
        return new AttentionLoopStep(layer, types[0]!, types[2]!, isDouble ? "double" : "float")
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where(i => i.Length > 0)],
            InputNames = [.. AttentionKernel.Names.Where((_, i) => node.HasInput(i))],
            Outputs = node.Outputs,
            WorkspaceLength = layer.Shape.Total,
            WorkspaceType = isDouble ? ElementType.Float64 : ElementType.Float32,
            MultiplyAdds = layer.Work,
            Summary = layer.Text + ", in " + types[0]!.Type,
        };
    }

    private sealed class AttentionLoopStep(AttentionLayer layer, Arithmetic type, Arithmetic valueType, string sum) : Step
    {
        private readonly AttentionShape _shape = layer.Shape;
        private readonly bool _isShown = layer.Node.HasOutput(3);

        public override string Kernel => "Attention.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        private string Narrow => sum == "float" ? "(float)" : "";

        private string Zero => sum == "float" ? "0f" : "0d";

        public override void Emit(StepWriter writer)
        {
            if (Nodes[0].HasOutput(1)) Text(writer, 1, 4, _shape.Depth).WriteAll(writer, writer.Output(1));
            if (Nodes[0].HasOutput(2)) Text(writer, 2, 5, _shape.Width).WriteAll(writer, writer.Output(2));
            if (!Nodes[0].HasOutput(0) && !_isShown) return;
            if (_shape.Total == 0)
            {
                if (Nodes[0].HasOutput(0)) writer.Line($"{writer.Output(0)}.Clear();");
                return;
            }

            using var nest = new LoopScope(writer);
            nest.Loop("b", _shape.Batch).Loop("g", _shape.Groups).Loop("r", _shape.PerGroup).Loop("i", _shape.Rows);
            WriteEnd(writer, nest);
            WriteScores(writer, nest);
            WriteWeights(writer, nest);
            if (Nodes[0].HasOutput(0)) WriteResult(writer, nest);
        }

        private PresentText Text(StepWriter writer, int input, int past, int length)
            => new(_shape, length, writer.Input(layer.Place(input)), layer.Place(past) is >= 0 and { } place ? writer.Input(place) : null);

        /// <summary>Keys from 'end' on are hidden from the row, whatever the mask says.</summary>
        private void WriteEnd(StepWriter writer, LoopScope nest)
        {
            string columns = layer.IsMaskPadded ? CSharpLiteral.Of(layer.MaskLengths[3]) : CSharpLiteral.Of(_shape.Total);
            if (layer.Place(6) >= 0) writer.Line($"long valid = Math.Max(0L, Math.Min(int.MaxValue, {writer.Input(layer.Place(6))}[{nest.Index(("b", 1))}]));");
            if (!HasEnd) return;
            string end = layer.Place(6) >= 0 ? $"Math.Min({columns}, valid)" : columns;
            string row = nest.Has("i") ? "i" : "0";
            string offset = layer.Place(6) >= 0 && layer.Place(4) < 0 ? $"valid - {_shape.Rows - 1}" : CSharpLiteral.Of(_shape.Past + 1);
            if (layer.Scores.IsCausal) end = $"Math.Min({end}, {row} + {offset})";
            writer.Line(layer.Place(6) >= 0 ? $"int end = (int)Math.Max(0L, {end});" : $"int end = {end};");
        }

        private bool HasEnd => layer.Place(6) >= 0 || layer.Scores.IsCausal || layer.IsMaskPadded;

        /// <summary>How many keys are looked at: all of them where their scores are shown.</summary>
        private string Limit => HasEnd && !_isShown ? "end" : CSharpLiteral.Of(_shape.Total);

        private void WriteScores(StepWriter writer, LoopScope nest)
        {
            (int Sample, int Head, int Row) q = layer.Steps(_shape.Heads, _shape.Rows, _shape.Depth);
            string query = layer.HeadIndex(nest, q, ("i", q.Row));
            writer.Line($"ReadOnlySpan<{type.Type}> query = {writer.Input(0)}.Slice({query}, {_shape.Depth});");
            writer.Line($"{sum} max = {sum}.NegativeInfinity;");
            if (layer.IsConstrained) writer.Line("bool isSeen = false;");
            using (writer.Block($"for (int j = 0; j < {Limit}; j++)"))
            {
                writer.Line($"ReadOnlySpan<{type.Type}> key = {Row(writer, nest, 1, 4, _shape.Depth)};");
                writer.Line($"{sum} score = {Zero};");
                writer.Line($"for (int d = 0; d < key.Length; d++) score += {type.Load("query[d]")} * {type.Load("key[d]")};");
                writer.Line($"score *= {AttentionLayer.Number(layer.Scores.Scale, sum)};");
                Show(writer, nest, 0, "score");
                if (layer.Scores.Cap != 0)
                {
                    string cap = AttentionLayer.Number(layer.Scores.Cap, sum);
                    writer.Line($"score = {Narrow}Math.Tanh(score / {cap}) * {cap};");
                }

                Show(writer, nest, 1, "score");
                WriteMask(writer, nest);
                Show(writer, nest, 2, "score");
                writer.Line($"{writer.Workspace}[j] = score;");
                writer.Line($"if (score > max || {sum}.IsNaN(score)) max = score;");
            }
        }

        private void WriteMask(StepWriter writer, LoopScope nest)
        {
            bool isHidden = HasEnd && _isShown;
            if (layer.MaskType is { } mask)
            {
                (int Sample, int Head, int Row) steps = layer.MaskSteps();
                string start = layer.HeadIndex(nest, steps, ("i", steps.Row));
                string at = layer.HasOneColumn ? start : start == "0" ? "j" : "(" + start + ") + j";
                string element = writer.Input(layer.Place(3)) + "[" + at + "]";
                string bias = mask == ElementType.Bool ? $"({element} ? {Zero} : {sum}.NegativeInfinity)" : $"({sum}){(Arithmetic.Of(mask)!.IsReal ? Arithmetic.Of(mask)!.Load(element) : element)}";
                writer.Line($"{sum} bias = {(isHidden ? $"j >= end ? {sum}.NegativeInfinity : " : "")}{bias};");
                writer.Line("score += bias;");
                writer.Line($"isSeen |= !{sum}.IsNegativeInfinity(bias);");
            }
            else if (isHidden)
            {
                writer.Line($"if (j >= end) score = {sum}.NegativeInfinity;");
                writer.Line("else isSeen = true;");
            }
            else if (layer.IsConstrained)
            {
                writer.Line("isSeen = true;");
            }
        }

        private void Show(StepWriter writer, LoopScope nest, int mode, string value)
        {
            if (_isShown && layer.Scores.Mode == mode) writer.Line($"{writer.Output(3)}[{ShownIndex(nest)}] = {Stored(value)};");
        }

        private string ShownIndex(LoopScope nest)
        {
            string start = nest.Index(
                ("b", _shape.Heads * _shape.Rows * _shape.Total), ("g", _shape.PerGroup * _shape.Rows * _shape.Total), ("r", _shape.Rows * _shape.Total), ("i", _shape.Total));
            return start == "0" ? "j" : "(" + start + ") + j";
        }

        private string Stored(string value) => type.Type == sum ? value : "(" + type.Type + ")" + value;

        private void WriteWeights(StepWriter writer, LoopScope nest)
        {
            writer.Line($"{sum} total = {Zero};");
            string weight = $"{Narrow}Math.Exp({writer.Workspace}[j] - max)";
            using (writer.Block($"for (int j = 0; j < {Limit}; j++)"))
            {
                writer.Line($"{sum} weight = {(layer.IsConstrained ? $"isSeen ? {weight} : {Zero}" : weight)};");
                writer.Line($"{writer.Workspace}[j] = weight;");
                writer.Line("total += weight;");
            }

            if (layer.IsConstrained) writer.Line($"if (!isSeen) total = {(sum == "float" ? "1f" : "1d")};");
            if (_isShown && layer.Scores.Mode == 3)
                writer.Line($"for (int j = 0; j < {_shape.Total}; j++) {writer.Output(3)}[{ShownIndex(nest)}] = {Stored("(" + writer.Workspace + "[j] / total)")};");
        }

        private void WriteResult(StepWriter writer, LoopScope nest)
        {
            (int Sample, int Head, int Row) y = layer.Steps(_shape.Heads, _shape.Rows, _shape.Width);
            string start = layer.HeadIndex(nest, y, ("i", y.Row));
            using var columns = new LoopScope(writer);
            columns.Loop("d", _shape.Width, always: true);
            writer.Line($"{sum} result = {Zero};");
            writer.Line($"for (int j = 0; j < {Limit}; j++) result += {writer.Workspace}[j] * {valueType.Load(Element(writer, nest))};");
            writer.Line($"{writer.Output(0)}[{(start == "0" ? "d" : "(" + start + ") + d")}] = {Stored("(result / total)")};");
        }

        /// <summary>A row of the past or of what is added to it.</summary>
        private string Row(StepWriter writer, LoopScope nest, int input, int past, int length)
        {
            string added = $"{writer.Input(layer.Place(input))}.Slice({AddedIndex(nest, length)}, {length})";
            return layer.Place(past) < 0 || _shape.Past == 0 ? added
                : $"j < {_shape.Past} ? {writer.Input(layer.Place(past))}.Slice({PastIndex(nest, length)}, {length}) : {added}";
        }

        private string Element(StepWriter writer, LoopScope nest)
        {
            string added = $"{writer.Input(layer.Place(2))}[{AddedIndex(nest, _shape.Width)} + d]";
            return layer.Place(5) < 0 || _shape.Past == 0 ? added
                : $"(j < {_shape.Past} ? {writer.Input(layer.Place(5))}[{PastIndex(nest, _shape.Width)} + d] : {added})";
        }

        private string PastIndex(LoopScope nest, int length)
            => WithRow(nest.Index(("b", _shape.Groups * _shape.Past * length), ("g", _shape.Past * length)), "j", length);

        private string AddedIndex(LoopScope nest, int length)
        {
            (int Sample, int Head, int Row) steps = layer.Steps(_shape.Groups, _shape.Added, length);
            return WithRow(nest.Index(("b", steps.Sample), ("g", steps.Head)), _shape.Past == 0 ? "j" : $"(j - {_shape.Past})", steps.Row);
        }

        private static string WithRow(string start, string row, int step)
            => (start == "0" ? "" : "(" + start + ") + ") + "(" + row + " * " + CSharpLiteral.Of(step) + ")";
    }
}
