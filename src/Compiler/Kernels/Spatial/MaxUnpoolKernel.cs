using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Operators.Spatial;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>MaxUnpool: zeros, then each element to its checked place.</summary>
internal sealed class MaxUnpoolKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !CopyPlan.CanMove(context.ElementType(node.Inputs[0]))) return null;
        int[] y = context.Lengths(node.Outputs[0]);
        bool isOpen = node.HasInput(2) && context.Constant(node.Inputs[2]) is null;
        return new MaxUnpoolStep(context.Count(node.Inputs[0]), MaxUnpool.Places(context.Parameters(node), y), y)
        {
            Nodes = group.Nodes,
            Inputs = isOpen ? [node.Inputs[0], node.Inputs[1], node.Inputs[2]] : [node.Inputs[0], node.Inputs[1]],
            InputNames = isOpen ? ["x", "places", "shape"] : ["x", "places"],
            Outputs = [node.Outputs[0]],
            Summary = $"MaxUnpool {context.Type(node.Inputs[0]).Shape} to {Shape.Of(y)}",
        };
    }

    private sealed class MaxUnpoolStep(int count, int[] places, int[] y) : Step
    {
        public override string Kernel => "MaxUnpool";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (Inputs.Length > 2)
            {
                writer.Line(RunTimeParameters.Why);
                writer.Line($"ShapeCheck.Lengths({RunTimeParameters.Label(Nodes[0])}, {writer.Input(2)}, {RunTimeParameters.List(y)});");
            }

            writer.Line($"{writer.Output(0)}.Clear();");
            if (count == 0) return;
            long size = Positions.Product(places);
            using (writer.Block($"for (int i = 0; i < {count}; i++)"))
            {
                writer.Line($"long place = {writer.Input(1)}[i];");
                using (writer.Block($"if (place < 0 || place >= {size})"))
                    writer.Line($"throw new ArgumentOutOfRangeException(\"I\", place, \"MaxUnpool: a place is outside a tensor of {size} elements.\");");
                writer.Line($"{writer.Output(0)}[{Target()}] = {writer.Input(0)}[i];");
            }
        }

        /// <summary>The output's element that stands where the place stands in the pooled tensor.</summary>
        private string Target()
        {
            if (places.SequenceEqual(y)) return "(int)place";
            int[] strides = Positions.Strides(y);
            var terms = new List<string>();
            int inside = 1;
            for (int a = places.Length - 1; a >= 0; a--)
            {
                string own = inside == 1 ? "(int)place" : $"(int)place / {inside}";
                if (a > 0) own += $" % {places[a]}";
                if (places[a] > 1) terms.Add(strides[a] == 1 ? $"({own})" : $"({own} * {strides[a]})");
                inside *= places[a];
            }

            terms.Reverse();
            return terms.Count == 0 ? "0" : string.Join(" + ", terms);
        }
    }
}
