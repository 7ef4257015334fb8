using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;

namespace RedGen.Compiler.Operators.Attentions;

/// <summary>
/// CausalConvWithState: every channel is convolved with a kernel of its own over the positions up to each one. What is before the first
/// is the past state (zeros where there is none); the state that is left are the last positions.
/// </summary>
internal sealed class CausalConvWithState : FunctionOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "CausalConvWithState",
        Versions = [27],
        Inputs = [new("input", TypeSet.Float), new("weight", TypeSet.Float), new("bias", TypeSet.Float, Arity.Optional), new("past_state", TypeSet.Float, Arity.Optional)],
        Outputs = [new("output", TypeSet.Float), new("present_state", TypeSet.Float)],
        Attributes = [new("activation", AttributeKind.String)],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 3);
        if (context.Type(0) == ElementType.Float64) throw context.WrongType("input 'input' cannot be float64");
        int[] x = context.Lengths(0);
        int[] weight = context.Lengths(1);
        if (x.Length != 3) throw context.Fail("the input must be [batch, channels, positions]");
        if (weight.Length != 3 || weight[0] != x[1] || weight[1] != 1 || weight[2] < 1) throw context.Fail("the weight must be [channels, 1, kernel]");
        if (context.HasInput(2) && !context.Lengths(2).SequenceEqual([x[1]])) throw context.Fail("the bias must have one element a channel");
        int[] state = [x[0], x[1], weight[2] - 1];
        if (context.HasInput(3) && !context.Lengths(3).SequenceEqual(state)) throw context.Fail("past_state must be " + Shape.Of(state));
        if (context.Attributes.String("activation", "none") is not ("none" or "silu" or "swish")) throw context.Unsupported("activation", "it must be none, silu or swish");
        context.SetOutput(0, context.Type(0), x);
        context.SetOutput(1, context.Type(0), state);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        int length = x.Lengths[2];
        int kernel = context.Input(1).Lengths[2];
        var y = new ReferenceTensor(x.ElementType, x.Lengths);
        var present = new ReferenceTensor(x.ElementType, [x.Lengths[0], x.Lengths[1], kernel - 1]);
        double At(int row, int position) => position >= 0 ? x.Reals![(row * length) + position]
            : context.OptionalInput(3) is { } past ? past.Reals![(row * (kernel - 1)) + position + kernel - 1] : 0;
        for (int row = 0; row < x.Lengths[0] * x.Lengths[1]; row++)
        {
            int channel = row % x.Lengths[1];
            for (int i = 0; i < length; i++)
            {
                double sum = context.OptionalInput(2)?.Reals![channel] ?? 0;
                for (int k = 0; k < kernel; k++) sum += context.Input(1).Reals![(channel * kernel) + k] * At(row, i - (kernel - 1) + k);
                y.Reals![(row * length) + i] = context.Attributes.String("activation", "none") == "none" ? sum : sum / (1 + Math.Exp(-sum));
            }

            for (int k = 0; k < kernel - 1; k++) present.Reals![(row * (kernel - 1)) + k] = At(row, length - (kernel - 1) + k);
        }

        context.SetOutput(0, y);
        if (context.HasOutput(1)) context.SetOutput(1, present);
    }

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        var nodes = new List<Node>();
        int[] x = context.Lengths(0);
        int state = context.Lengths(1)[2] - 1;
        NodeAttributes attributes = NodeAttributes.Empty.With("group", x[1]);
        string positions = context.Input(0);
        if (context.HasInput(3)) positions = context.Add(nodes, "Concat", [context.Input(3), positions], NodeAttributes.Empty.With("axis", 2));
        else attributes = attributes.With("pads", [state, 0]);
        if (context.HasOutput(0)) AddConvolution(context, nodes, positions, attributes);
        if (!context.HasOutput(1)) return nodes;
        int length = x[2] + (context.HasInput(3) ? state : 0);
        if (length < state)
        {
            string pads = context.Integers("pads", 0, 0, state - length, 0, 0, 0);
            nodes.Add(context.Node("Pad", [positions, pads], [context.Output(1)]));
        }
        else
        {
            nodes.Add(context.Node("Slice", [positions, context.Integers("start", length - state), context.Integers("end", length), context.Integers("axis", 2)], [context.Output(1)]));
        }

        return nodes;
    }

    private static void AddConvolution(FunctionContext context, List<Node> nodes, string positions, NodeAttributes attributes)
    {
        bool isActivated = context.Attributes.String("activation", "none") != "none";
        string sums = isActivated ? context.Fresh("sums") : context.Output(0);
        nodes.Add(context.Node("Conv", [positions, context.Input(1), context.Input(2)], [sums], attributes));
        if (isActivated) nodes.Add(context.Node("Swish", [sums], [context.Output(0)]));
    }
}
