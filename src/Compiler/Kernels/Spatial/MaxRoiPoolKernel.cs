using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>MaxRoiPool as loops over regions, channels and bins.</summary>
internal sealed class MaxRoiPoolKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } arithmetic) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        int[] y = context.Lengths(node.Outputs[0]);
        return new MaxRoiPoolStep(arithmetic, x, y)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0], node.Inputs[1]],
            InputNames = ["x", "rois"],
            Outputs = [node.Outputs[0]],
            Summary = $"MaxRoiPool of {Shape.Of(x)} to {y[0]} regions of {y[2]}×{y[3]}",
        };
    }

    private sealed class MaxRoiPoolStep(Arithmetic arithmetic, int[] x, int[] y) : Step
    {
        public override string Kernel => "MaxRoiPool";

        public override void Emit(StepWriter writer)
        {
            if (y.Contains(0))
            {
                writer.Line("// The tensor is empty.");
                return;
            }

            string rois = writer.Input(1);
            using var nest = new LoopScope(writer);
            nest.Loop("r", y[0], always: true);
            writer.Line($"{arithmetic.Sum} batch = {arithmetic.Load(rois + "[r * 5]")};");
            using (writer.Block($"if (!(batch >= 0 && batch < {x[0]}))"))
                writer.Line($"throw new ArgumentOutOfRangeException(\"rois\", batch, \"MaxRoiPool: a batch index is outside the batch of {x[0]}.\");");
            WriteSide(writer, "Row", "Height", 2, y[2]);
            WriteSide(writer, "Column", "Width", 1, y[3]);
            nest.Loop("c", y[1], always: true);
            writer.Line($"ReadOnlySpan<{arithmetic.Type}> plane = {writer.Input(0)}.Slice((((int)batch * {x[1]}) + c) * {x[2] * x[3]}, {x[2] * x[3]});");
            nest.Loop("i", y[2], always: true);
            WriteBin(writer, "top", "bottom", "i", "Row", "Height", x[2]);
            nest.Loop("j", y[3], always: true);
            WriteBin(writer, "left", "right", "j", "Column", "Width", x[3]);
            writer.Line($"{arithmetic.Sum} largest = top < bottom && left < right ? {arithmetic.Sum}.NegativeInfinity : {arithmetic.Zero};");
            using (writer.Block("for (int row = top; row < bottom; row++)"))
                writer.Line($"for (int column = left; column < right; column++) largest = Math.Max(largest, {arithmetic.Load($"plane[(row * {x[3]}) + column]")});");
            writer.Line($"{writer.Output(0)}[{nest.Index(("r", y[1] * y[2] * y[3]), ("c", y[2] * y[3]), ("i", y[3]), ("j", 1))}] = {arithmetic.Store("largest")};");
        }

        private void WriteSide(StepWriter writer, string start, string bin, int first, int bins)
        {
            string scale = CSharpLiteral.Of(Nodes[0].Attributes.Float("spatial_scale", 1));
            string Edge(int place) => $"(float)Math.Round((float){writer.Input(1)}[(r * 5) + {place}] * {scale}, MidpointRounding.AwayFromZero)";
            writer.Line($"float first{start} = {Edge(first)};");
            writer.Line($"float bin{bin} = Math.Max({Edge(first + 2)} - first{start} + 1f, 1f) / {bins};");
        }

        /// <summary>The elements of a bin, from the first to one past the last, inside the input.</summary>
        private static void WriteBin(StepWriter writer, string first, string end, string variable, string start, string bin, int length)
        {
            // What is no number is 0.
            writer.Line($"double {first}Edge = Math.Floor({variable} * bin{bin}) + first{start};");
            writer.Line($"double {end}Edge = Math.Ceiling(({variable} + 1) * bin{bin}) + first{start};");
            writer.Line($"int {first} = {first}Edge > 0d ? (int)Math.Min({CSharpLiteral.Of((double)length)}, {first}Edge) : 0;");
            writer.Line($"int {end} = {end}Edge > 0d ? (int)Math.Min({CSharpLiteral.Of((double)length)}, {end}Edge) : 0;");
        }
    }
}
