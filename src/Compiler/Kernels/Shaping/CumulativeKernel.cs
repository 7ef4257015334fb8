using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>CumSum and CumProd: each element is its neighbour's total and one element more.</summary>
internal sealed class CumulativeKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Outputs[0]);
        if (!group.IsSingle || !CopyPlan.CanMove(type)) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        if (RunTimeParameters.AreGiven(node, context, 1)) return RunTimeCumulativeStep.Create(node, x, type);
        int axis = Cumulative.Axis(context.Parameters(node));
        return new CumulativeStep(x, axis, type, node.Attributes.Int("exclusive", 0) != 0, node.Attributes.Int("reverse", 0) != 0)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Summary = $"{node.Operator.Name} of {Shape.Of(x)} along axis {IndexText.Number(axis)}",
        };
    }

    private sealed class CumulativeStep(int[] x, int axis, ElementType type, bool exclusive, bool reverse) : Step
    {
        public override string Kernel => "Cumulative";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

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
            string position = reverse ? $"({IndexText.Number(x[axis] - 1)} - step)" : "step";
            WriteLine(writer, type, exclusive, IndexText.Number(x[axis]), nest.Index(0).Add(position, strides[axis]).ToString());
            LoopNest.Close(scopes);
        }
    }

    /// <summary>Adds or multiplies along one line of the tensor.</summary>
    private static void WriteLine(StepWriter writer, ElementType type, bool exclusive, string length, string at)
    {
        // Floats of 16 bits would lose the small summands: they are summed as floats.
        bool isProduct = writer.Step.Nodes[0].Operator.Name == "CumProd";
        string csharp = type.CSharpName()!;
        string sum = type.IsShortFloat() ? "float" : csharp;
        string total = isProduct ? "product" : "sum";
        writer.Line($"{sum} {total} = {(isProduct ? "1" : "0")}{(sum == "float" ? "f" : sum == "double" ? "d" : "")};");
        string add = $"{total} = unchecked(({sum})({total} {(isProduct ? "*" : "+")} {(sum == csharp ? "" : "(float)")}{writer.Input(0)}[at]));";
        string store = $"{writer.Output(0)}[at] = {(sum == csharp ? "" : "(" + csharp + ")")}{total};";
        using (writer.Block($"for (int step = 0; step < {length}; step++)"))
        {
            writer.Line($"int at = {at};");
            writer.Line(exclusive ? store : add);
            writer.Line(exclusive ? add : store);
        }
    }

    /// <summary>The axis is a value of run time: the tensor is seen as outer × length × inner.</summary>
    private sealed class RunTimeCumulativeStep(int[] x, ElementType type) : Step
    {
        public override string Kernel => "Cumulative";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public static RunTimeCumulativeStep Create(Node node, int[] x, ElementType type) => new(x, type)
        {
            Nodes = [node],
            Inputs = [node.Inputs[0], node.Inputs[1]],
            Outputs = [node.Outputs[0]],
            Summary = $"{node.Operator.Name} of {Shape.Of(x)} along an axis of run time",
        };

        public override void Emit(StepWriter writer)
        {
            bool reverse = Nodes[0].Attributes.Int("reverse", 0) != 0;
            string view = $"ShapeCheck.AlongAxis({RunTimeParameters.Label(Nodes[0])}, {writer.Input(1)}[0], {RunTimeParameters.List(x)});";
            writer.Line(x.Contains(0) ? "_ = " + view : "(int outer, int length, int inner) = " + view);
            if (x.Contains(0)) return;
            using (writer.Block("for (int i = 0; i < outer; i++)"))
            using (writer.Block("for (int j = 0; j < inner; j++)"))
                WriteLine(writer, type, Nodes[0].Attributes.Int("exclusive", 0) != 0, "length", $"(((i * length) + {(reverse ? "(length - 1 - step)" : "step")}) * inner) + j");
        }
    }
}
