using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Attentions;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Attentions;

/// <summary>LinearAttention position by position; the state is held in float, in the output itself where that is one of floats.</summary>
internal sealed class LinearAttentionKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        Arithmetic? type = Arithmetic.Of(context.ElementType(node.Inputs[0]));
        Arithmetic? stateType = node.HasInput(3) ? Arithmetic.Of(context.ElementType(node.Inputs[3])) : type;
        if (!group.IsSingle || type is null || stateType is null) return null;
        LinearAttentionShape shape = LinearAttentionShape.Read(context.Parameters(node));
        bool isHeld = node.HasOutput(1) && stateType.Type == "float";
        bool isByKey = shape.IsGated && context.Lengths(node.Inputs[4])[2] != shape.Groups;
        bool hasOneRate = shape.IsDelta && context.Lengths(node.Inputs[5])[2] == 1;
        return new LinearAttentionStep(node, shape, type, stateType, isHeld, isByKey, hasOneRate)
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where(i => i.Length > 0)],
            InputNames = [.. new[] { "q", "k", "v", "past", "decay", "beta" }.Where((_, i) => node.HasInput(i))],
            Outputs = node.Outputs,
            WorkspaceLength = (2 * shape.Width) + (isHeld ? 0 : shape.Depth * shape.Width),
            MultiplyAdds = (long)shape.Batch * shape.Steps * shape.Depth * shape.Width * (shape.Heads + (shape.Groups * (shape.IsDelta ? 2 : 1))),
            Summary = $"LinearAttention ({node.Attributes.String("update_rule", "gated_delta")}) of {shape.Heads} heads, {shape.Groups} states of {shape.Depth}×{shape.Width}, {shape.Steps} steps",
        };
    }

    private sealed class LinearAttentionStep(
        Node node, LinearAttentionShape shape, Arithmetic type, Arithmetic stateType, bool isHeld, bool isByKey, bool hasOneRate) : Step
    {
        public override string Kernel => "LinearAttention.Steps";

        private int StateLength => shape.Depth * shape.Width;

        private string Input(StepWriter writer, int input) => writer.Input(node.Inputs.Take(input).Count(i => i.Length > 0));

        public override void Emit(StepWriter writer)
        {
            if (shape.Width == 0) return;
            writer.Line($"Span<float> change = {writer.Workspace}.Slice(0, {shape.Width});");
            writer.Line($"Span<float> sums = {writer.Workspace}.Slice({shape.Width}, {shape.Width});");
            using var nest = new LoopScope(writer);
            nest.Loop("b", shape.Batch).Loop("g", shape.Groups);
            string start = nest.Index(("b", shape.Groups * StateLength), ("g", StateLength));
            writer.Line($"Span<float> state = {(isHeld ? $"{writer.Output(1)}.Slice({start}, {StateLength})" : $"{writer.Workspace}.Slice({2 * shape.Width}, {StateLength})")};");
            WriteStart(writer, start);
            using (var steps = new LoopScope(writer))
            {
                steps.Loop("t", shape.Steps);
                string[] open = [.. new[] { "b", "g" }.Where(nest.Has), .. new[] { "t" }.Where(steps.Has)];
                WriteStep(writer, open);
            }

            if (!isHeld && node.HasOutput(1))
                writer.Line($"for (int i = 0; i < state.Length; i++) {Element(writer.Output(1), start, "i")} = {(stateType.Type == "float" ? "state[i]" : "(" + stateType.Type + ")state[i]")};");
        }

        private void WriteStart(StepWriter writer, string start)
        {
            if (!node.HasInput(3)) writer.Line("state.Clear();");
            else if (stateType.Type == "float") writer.Line($"{Input(writer, 3)}.Slice({start}, {StateLength}).CopyTo(state);");
            else writer.Line($"for (int i = 0; i < state.Length; i++) state[i] = {stateType.Load(Element(Input(writer, 3), start, "i"))};");
        }

        private void WriteStep(StepWriter writer, string[] open)
        {
            string Head(int length) => LoopScope.Index(open, ("b", shape.Steps * shape.Groups * length), ("t", shape.Groups * length), ("g", length));
            writer.Line($"ReadOnlySpan<{type.Type}> key = {Input(writer, 1)}.Slice({Head(shape.Depth)}, {shape.Depth});");
            writer.Line($"ReadOnlySpan<{type.Type}> value = {Input(writer, 2)}.Slice({Head(shape.Width)}, {shape.Width});");
            string row = $"state.Slice(d * {shape.Width}, {shape.Width})";
            if (shape.IsGated && isByKey)
            {
                string decay = type.Load(Element(Input(writer, 4), Head(shape.Depth), "d"));
                writer.Line($"for (int d = 0; d < {shape.Depth}; d++) RowMath.Normalise({row}, {row}, 0f, (float)Math.Exp({decay}), 0f);");
            }
            else if (shape.IsGated)
            {
                writer.Line($"RowMath.Normalise(state, state, 0f, (float)Math.Exp({type.Load(Input(writer, 4) + "[" + Head(1) + "]")}), 0f);");
            }

            WriteChange(writer, open, row);
            writer.Line($"for (int d = 0; d < key.Length; d++) RowMath.AddScaled(change, {type.Load("key[d]")}, {row});");
            WriteReading(writer, open, row);
        }

        /// <summary>What is written for the key: the value, or its difference from what the state holds.</summary>
        private void WriteChange(StepWriter writer, string[] open, string row)
        {
            if (!shape.IsDelta)
            {
                writer.Line(type.Type == "float" ? "value.CopyTo(change);" : $"for (int m = 0; m < change.Length; m++) change[m] = {type.Load("value[m]")};");
                return;
            }

            string at = hasOneRate ? LoopScope.Index(open, ("b", shape.Steps), ("t", 1)) : LoopScope.Index(open, ("b", shape.Steps * shape.Groups), ("t", shape.Groups), ("g", 1));
            writer.Line("change.Clear();");
            writer.Line($"for (int d = 0; d < key.Length; d++) RowMath.AddScaled({row}, {type.Load("key[d]")}, change);");
            writer.Line($"float rate = {type.Load(Input(writer, 5) + "[" + at + "]")};");
            writer.Line($"for (int m = 0; m < change.Length; m++) change[m] = rate * ({type.Load("value[m]")} - change[m]);");
        }

        private void WriteReading(StepWriter writer, string[] open, string row)
        {
            if (!node.HasOutput(0)) return;
            using var heads = new LoopScope(writer);
            heads.Loop("r", shape.PerGroup);
            string[] all = heads.Has("r") ? [.. open, "r"] : open;
            string Place(int length) => LoopScope.Index(all, ("b", shape.Steps * shape.Heads * length), ("t", shape.Heads * length), ("g", shape.PerGroup * length), ("r", length));
            writer.Line($"ReadOnlySpan<{type.Type}> query = {writer.Input(0)}.Slice({Place(shape.Depth)}, {shape.Depth});");
            writer.Line($"Span<{type.Type}> result = {writer.Output(0)}.Slice({Place(shape.Width)}, {shape.Width});");
            writer.Line("sums.Clear();");
            writer.Line($"for (int d = 0; d < query.Length; d++) RowMath.AddScaled({row}, {type.Load("query[d]")}, sums);");
            string scaled = $"sums[m] * {CSharpLiteral.Of((float)shape.Scale)}";
            writer.Line($"for (int m = 0; m < result.Length; m++) result[m] = {(type.Type == "float" ? scaled : $"({type.Type})({scaled})")};");
        }

        private static string Element(string name, string start, string index) => start == "0" ? name + "[" + index + "]" : name + "[(" + start + ") + " + index + "]";
    }
}
