using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>TensorScatter: a copy, in place where nobody reads the cache later, and the update of every sample behind its checked index.</summary>
internal sealed class TensorScatterKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !CopyPlan.CanMove(context.ElementType(node.Outputs[0]))) return null;
        int[] cache = context.Lengths(node.Inputs[0]);
        int axis = TensorScatter.Axis(node, cache.Length);
        AxisView view = AxisView.Of(cache, axis);
        return new TensorScatterStep(view, cache[0], context.Lengths(node.Inputs[1])[axis], TensorScatter.IsCircular(node))
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where(i => i.Length > 0)],
            InputNames = ["cache", "update", "indices"],
            Outputs = [node.Outputs[0]],
            InPlaceInputs = [0],
            Summary = $"TensorScatter of {Shape.Of(context.Lengths(node.Inputs[1]))} into {Shape.Of(cache)}",
        };
    }

    private sealed class TensorScatterStep(AxisView view, int samples, int length, bool isCircular) : Step
    {
        public override string Kernel => "TensorScatter";

        public override void Emit(StepWriter writer)
        {
            writer.Line($"{writer.Input(0)}.CopyTo({writer.Output(0)});");
            int block = length * view.Inner;
            if (view.Outer == 0 || block == 0) return;
            int rows = view.Outer / samples;
            using var nest = new LoopScope(writer);
            nest.Loop("n", samples);
            WriteIndex(writer, nest);
            nest.Loop("row", rows);
            string from = nest.Index(("n", rows * block), ("row", block));
            string to = nest.Index(("n", rows * view.Length * view.Inner), ("row", view.Length * view.Inner));
            string place = (to == "0" ? "" : "(" + to + ") + ") + (view.Inner == 1 ? "first" : $"(first * {view.Inner})");
            if (!isCircular)
            {
                writer.Line($"{writer.Input(1)}.Slice({from}, {block}).CopyTo({writer.Output(0)}.Slice({place}));");
                return;
            }

            string start = to == "0" ? "" : $".Slice({to})";
            writer.Line($"int head = Math.Min({length}, {view.Length} - first) * {view.Inner};");
            writer.Line($"ReadOnlySpan<{writer.Plan.Buffers[Inputs[1]].ElementType.CSharpName()}> part = {writer.Input(1)}.Slice({from}, {block});");
            writer.Line($"part.Slice(0, head).CopyTo({writer.Output(0)}.Slice({place}));");
            writer.Line($"part.Slice(head).CopyTo({writer.Output(0)}{start});");
        }

        private void WriteIndex(StepWriter writer, LoopScope nest)
        {
            if (Inputs.Length < 3)
            {
                writer.Line("const int first = 0;");
                return;
            }

            string index = $"{writer.Input(2)}[{nest.Index(("n", 1))}]";
            if (isCircular)
            {
                writer.Line($"int first = (int)((({index} % {view.Length}L) + {view.Length}L) % {view.Length}L);");
                return;
            }

            using (writer.Block($"if ({index} < 0L || {index} > {view.Length - length}L)"))
                writer.Line($"throw new ArgumentOutOfRangeException(\"indices\", {index}, \"TensorScatter: the update would be outside the cache of length {view.Length}.\");");
            writer.Line($"int first = (int){index};");
        }
    }
}
