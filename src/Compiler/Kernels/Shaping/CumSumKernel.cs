using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>CumSum: each element is its neighbour's sum plus one element.</summary>
internal sealed class CumSumKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Outputs[0]);
        if (!group.IsSingle || !CopyPlan.CanMove(type) || type == ElementType.BFloat16) return null;
        int axis = CumSum.Axis(context.Parameters(node));
        int[] x = context.Lengths(node.Inputs[0]);
        return new CumSumStep(x, axis, type, node.Attributes.Int("exclusive", 0) != 0, node.Attributes.Int("reverse", 0) != 0)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Summary = $"CumSum of {Shape.Of(x)} along axis {IndexText.Number(axis)}",
        };
    }

    private sealed class CumSumStep(int[] x, int axis, ElementType type, bool exclusive, bool reverse) : Step
    {
        public override string Kernel => "CumSum";

        public override void Emit(StepWriter writer)
        {
            if (x.Contains(0))
            {
                writer.Line("// The tensor is empty.");
                return;
            }

            int[] strides = Positions.Strides(x);
            int[] lines = [.. x];
            lines[axis] = 1;
            var nest = new LoopNest(lines, strides);
            var scopes = nest.Open(writer);
            // Halves would lose the small summands: they are summed as floats.
            string csharp = type.CSharpName()!;
            string sum = type == ElementType.Float16 ? "float" : csharp;
            writer.Line($"{sum} sum = {(sum == "float" ? "0f" : sum == "double" ? "0d" : "0")};");
            string add = $"sum = unchecked(({sum})(sum + {(sum == csharp ? "" : "(float)")}{writer.Input(0)}[at]));";
            string store = $"{writer.Output(0)}[at] = {(sum == csharp ? "" : "(" + csharp + ")")}sum;";
            string position = reverse ? $"({IndexText.Number(x[axis] - 1)} - step)" : "step";
            using (writer.Block($"for (int step = 0; step < {IndexText.Number(x[axis])}; step++)"))
            {
                writer.Line($"int at = {nest.Index(0).Add(position, strides[axis])};");
                writer.Line(exclusive ? store : add);
                writer.Line(exclusive ? add : store);
            }

            LoopNest.Close(scopes);
        }
    }
}
