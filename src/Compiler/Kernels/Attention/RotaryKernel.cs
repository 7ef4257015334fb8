using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Attentions;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Attentions;

/// <summary>RotaryEmbedding: for every position the cosines and sines are looked up once, then all heads are rotated.</summary>
internal sealed class RotaryKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } type) return null;
        RotaryShape shape = RotaryShape.Read(context.Parameters(node));
        return new RotaryStep(shape, type, context.Lengths(node.Inputs[1]), context.Lengths(node.Inputs[2]))
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where(i => i.Length > 0)],
            InputNames = ["x", "cos", "sin", "positions"],
            Outputs = [node.Outputs[0]],
            MultiplyAdds = 4L * shape.Batch * shape.Positions * shape.Heads * shape.Pairs,
            Summary = $"RotaryEmbedding of {shape.Heads} heads, {shape.Pairs} {(shape.IsInterleaved ? "neighbouring " : "")}pairs",
        };
    }

    private sealed class RotaryStep(RotaryShape shape, Arithmetic type, int[] cos, int[] sin) : Step
    {
        public override string Kernel => IsVector ? "Rotary.Vector" : "Rotary.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        private bool IsVector => type.Type == "float" && !shape.IsInterleaved;

        public override void Emit(StepWriter writer)
        {
            if (shape.Batch * shape.Positions * shape.Heads == 0 || shape.Length == 0) return;
            using var nest = new LoopScope(writer);
            nest.Loop("b", shape.Batch).Loop("s", shape.Positions);
            if (shape.Pairs > 0)
            {
                WriteAngles(writer, nest, "cosines", 1, cos);
                WriteAngles(writer, nest, "sines", 2, sin);
            }

            nest.Loop("h", shape.Heads);
            int head = shape.IsPacked ? shape.Length : shape.Positions * shape.Length;
            int position = shape.IsPacked ? shape.Heads * shape.Length : shape.Length;
            string at = nest.Index(("b", shape.Heads * shape.Positions * shape.Length), ("s", position), ("h", head));
            writer.Line($"ReadOnlySpan<{type.Type}> from = {writer.Input(0)}.Slice({at}, {shape.Length});");
            writer.Line($"Span<{type.Type}> to = {writer.Output(0)}.Slice({at}, {shape.Length});");
            WriteRotation(writer);
            int rotated = 2 * shape.Pairs;
            if (rotated < shape.Length) writer.Line(rotated == 0 ? "from.CopyTo(to);" : $"from.Slice({rotated}).CopyTo(to.Slice({rotated}));");
        }

        private void WriteAngles(StepWriter writer, LoopScope nest, string name, int input, int[] angles)
        {
            string start;
            if (Inputs.Length > 3)
            {
                // Tables of one height share an index.
                bool isShared = cos[0] == sin[0];
                string index = isShared ? "position" : name == "cosines" ? "cosIndex" : "sinIndex";
                if (!isShared || name == "cosines") RunTimeIndex.Emit(writer, writer.Input(3), nest.Index(("b", shape.Positions), ("s", 1)), angles[0], index);
                start = $"{index} * {CSharpLiteral.Of(angles[1])}";
            }
            else
            {
                start = nest.Index(("b", angles[0] == 1 ? 0 : angles[1] * angles[2]), ("s", angles[2]));
            }

            writer.Line($"ReadOnlySpan<{type.Type}> {name} = {writer.Input(input)}.Slice({start}, {shape.Pairs});");
        }

        private void WriteRotation(StepWriter writer)
        {
            if (shape.Pairs == 0) return;
            if (IsVector)
            {
                writer.Line($"RowMath.Rotate(from.Slice(0, {shape.Pairs}), from.Slice({shape.Pairs}, {shape.Pairs}), cosines, sines, to.Slice(0, {shape.Pairs}), to.Slice({shape.Pairs}, {shape.Pairs}));");
                return;
            }

            string first = shape.IsInterleaved ? "2 * i" : "i";
            string second = shape.IsInterleaved ? "(2 * i) + 1" : $"i + {CSharpLiteral.Of(shape.Pairs)}";
            string Element(string name, string index) => type.Load(name + "[" + index + "]");
            using (writer.Block("for (int i = 0; i < cosines.Length; i++)"))
            {
                writer.Line($"{type.Sum} first = {Element("from", first)};");
                writer.Line($"{type.Sum} second = {Element("from", second)};");
                writer.Line($"to[{first}] = {type.Store($"(({Element("cosines", "i")} * first) - ({Element("sines", "i")} * second))")};");
                writer.Line($"to[{second}] = {type.Store($"(({Element("sines", "i")} * first) + ({Element("cosines", "i")} * second))")};");
            }
        }
    }
}
