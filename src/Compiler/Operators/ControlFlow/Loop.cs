using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.ControlFlow;

/// <summary>Loop: a graph that runs a number of times, or while its condition holds; it hands values on to its next run, and collects others.</summary>
internal sealed class Loop : ControlFlowOperator
{
    /// <summary>Inputs before the carried values: the trip count and the condition.</summary>
    public const int FirstState = 2;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Loop",
        Versions = TypeVersions,
        Inputs = [new("M", TypeSet.Int64, Arity.Optional), new("cond", TypeSet.Bool, Arity.Optional), new("v_initial", TypeSet.Any, Arity.VariadicOrNone)],
        Outputs = [new("v_final_and_scan_outputs", TypeSet.Any, Arity.VariadicOrNone)],
        Attributes = [new("body", AttributeKind.Graph, Required: true)],
    };

    /// <summary>How many values the body hands on.</summary>
    public static int StateCount(Node node) => Math.Max(0, node.Inputs.Length - FirstState);

    /// <summary>How often the body runs, where that is known.</summary>
    /// <param name="proceed">The constant that the body makes the condition; null where it is computed.</param>
    /// <param name="count">The trip count's constant; null where it is computed.</param>
    /// <param name="hasCount">Whether there is a trip count.</param>
    /// <param name="condition">The condition's constant.</param>
    /// <param name="hasCondition">Whether there is a condition.</param>
    public static long? Trips(Tensor? proceed, Tensor? count, bool hasCount, Tensor? condition, bool hasCondition)
    {
        long? most = !hasCount ? long.MaxValue : count is null ? null : Math.Max(0, ReferenceTensor.FromTensor(count).Integers![0]);
        if (most == 0) return 0;
        if (hasCondition && condition is null) return null;
        if (hasCondition && ReferenceTensor.FromTensor(condition!).Integers![0] == 0) return 0;
        return proceed is null ? null
            : ReferenceTensor.FromTensor(proceed).Integers![0] == 0 ? most is null ? null : 1
            : most;
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        Graph body = Body(context.Node, "body");
        int states = StateCount(context.Node);
        CheckForm(context, body, states);
        body = WithTrueCondition(body, Subgraphs(context));
        TensorType[] types = [.. Enumerable.Range(FirstState, states).Select(i => InputType(context, i))];
        Graph inferred;
        do
        {
            inferred = Subgraphs(context).Infer(body, [Scalar(body, 0, ElementType.Int64), Scalar(body, 1, ElementType.Bool), .. types]);
        }
        while (Widen(context, inferred, types));

        context.SetBody("body", inferred);
        TensorType proceed = OutputType(context, inferred, 0);
        if (proceed.ElementType != ElementType.Bool || proceed.Shape is { IsStatic: true, ElementCount: not 1 }) throw context.Invalid("the body's condition must be one bool, it is " + proceed);
        for (int k = 0; k < states; k++) context.SetOutput(k, types[k].ElementType, new Shape([.. types[k].Shape!.Dimensions.Select((d, axis) => d.IsConstant ? d : context.Open(k, axis, d.Limit))]));
        InferScans(context, inferred, states);
    }

    /// <summary>Opens the dimensions of carried values that the body changes; gives whether there are any, so that the body must be inferred again.</summary>
    private static bool Widen(InferenceContext context, Graph body, TensorType[] types)
    {
        bool changed = false;
        for (int k = 0; k < types.Length; k++)
        {
            TensorType next = OutputType(context, body, 1 + k);
            string input = body.Inputs[FirstState + k].Name;
            if (next.ElementType != types[k].ElementType) throw context.WrongType("the carried value '" + input + "' is " + types[k] + ", the body makes " + next + " of it");
            if (next.Shape is not { } shape || shape.Rank != types[k].Shape!.Rank) throw context.Dynamic("the body changes the shape of the carried value '" + input + "' from " + types[k].Shape + " to " + next.Shape);

            // How long it becomes depends on how often the loop runs, so nothing bounds it.
            Dimension[] joined = [.. types[k].Shape!.Dimensions.Select((d, axis) => d == shape[axis] || d.Open?.Origin == context.Node.Label ? d
                : Dimension.OfRunTime(new OpenLength(input + "[" + Text(axis) + "]", null, context.Node.Label)))];
            if (joined.SequenceEqual(types[k].Shape!.Dimensions)) continue;
            types[k] = types[k] with { Shape = new Shape([.. joined]) };
            changed = true;
        }

        return changed;
    }

    private static void CheckForm(InferenceContext context, Graph body, int states)
    {
        RequireSingle(context, 0, "the trip count");
        RequireSingle(context, 1, "the condition");
        int outputs = context.Node.Outputs.Length;
        if (body.Inputs.Length != FirstState + states) throw context.Invalid("its body has " + Text(body.Inputs.Length) + " inputs; with " + Text(states) + " carried values it must have " + Text(FirstState + states));
        if (body.Outputs.Length < 1 + Math.Max(states, outputs)) throw context.Invalid("its body has " + Text(body.Outputs.Length) + " outputs, fewer than the condition and the node's outputs or carried values");
    }

    /// <summary>Whenever the body runs, its condition holds: what reads it reads a constant.</summary>
    private static Graph WithTrueCondition(Graph body, ISubgraphInference names)
    {
        string condition = body.Inputs[1].Name;
        if (body.Outputs.All(o => o.Name != condition) && !body.Nodes.Any(n => GraphCaptures.Reads(n).Contains(condition))) return body;
        Value unread = body.Inputs[1] with { Name = names.FreshName(condition + "_given") };
        bool isVector = body.Inputs[1].Type is TensorType { Shape.Rank: 1 };
        var holds = new Tensor(ElementType.Bool, isVector ? [1] : [], new byte[] { 1 });
        return new Graph(body.Name, body.Inputs.SetItem(1, unread), body.Outputs, body.Nodes, body.Initializers.SetItem(condition, holds), body.Types.SetItem(condition, holds.Type));
    }

    /// <summary>The body may declare its counter and its condition as vectors of one element.</summary>
    private static TensorType Scalar(Graph body, int input, ElementType type)
        => new(type, body.Inputs[input].Type is TensorType { Shape.Rank: 1 } ? Shape.Of(1) : Shape.Scalar);

    private static void InferScans(InferenceContext context, Graph body, int states)
    {
        long? trips = Trips(Subgraphs(context).Constant(body.Outputs[0].Name) ?? body.ConstantOf(body.Outputs[0].Name), context.Constant(0), context.HasInput(0), context.Constant(1), context.HasInput(1));
        if (trips == long.MaxValue) throw context.Invalid("it never ends: its condition always holds, and no trip count ends it");
        var counts = new HashSet<long>();
        for (int k = states; k < context.Node.Outputs.Length; k++)
        {
            if (!context.Node.HasOutput(k)) continue;
            TensorType slice = OutputType(context, body, 1 + k);
            if (slice.Shape is not { } shape || (!slice.IsStatic && !slice.IsOpen)) throw context.Dynamic("the rank of what it collects in output '" + context.Node.Outputs[k] + "' is not known at build time");
            long? count = trips ?? (slice.IsStatic ? Declared(context, k, slice) : null);
            if (count is { } known && counts.Add(known) && counts.Count > 1) throw context.Fail("the file declares different lengths for what it collects: " + string.Join(", ", counts));
            long? limit = context.Constant(0) is { } most ? Math.Max(0, ReferenceTensor.FromTensor(most).Integers![0]) : null;
            Dimension[] rest = [.. shape.Dimensions.Select((d, axis) => d.IsConstant ? d : context.Open(k, axis + 1, d.Limit))];
            if (count is not null && slice.IsStatic) context.SetComputedOutput(k, slice.ElementType, [count.Value, .. shape.Dimensions.Select(d => d.Value)]);
            else context.SetOutput(k, slice.ElementType, new Shape([count is { } c ? c : context.Open(k, 0, limit), .. rest]));
        }
    }

    /// <summary>The length that the file declares for a collected output; generated code checks it.</summary>
    private static long? Declared(InferenceContext context, int output, TensorType slice)
        => Subgraphs(context).DeclaredLengths(context.Node.Outputs[output]) is { Length: > 0 } lengths && lengths.Skip(1).SequenceEqual(slice.Shape!.ToArray()) ? lengths[0] : null;

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        BodyEvaluation body = context.Body("body");
        int states = StateCount(context.Node);
        long most = context.OptionalInput(0) is { } count ? count.Integers![0] : long.MaxValue;
        bool proceed = context.OptionalInput(1) is not { } condition || condition.Integers![0] != 0;
        ReferenceTensor[] values = [.. Enumerable.Range(FirstState, states).Select(context.Input)];
        List<ReferenceTensor>[] collected = [.. Enumerable.Range(0, body.Body.Outputs.Length - 1 - states).Select(_ => new List<ReferenceTensor>())];
        for (long i = 0; i < most && proceed; i++)
        {
            ReferenceTensor[] outputs = body.Run([One(body.Body, 0, ElementType.Int64, i), One(body.Body, 1, ElementType.Bool, 1), .. values]);
            proceed = outputs[0].Integers![0] != 0;
            values = [.. outputs.Skip(1).Take(states)];
            for (int k = 0; k < collected.Length; k++) collected[k].Add(outputs[1 + states + k]);
        }

        for (int k = 0; k < states; k++) context.SetOutput(k, values[k]);
        for (int k = states; k < context.Node.Outputs.Length; k++)
            if (context.HasOutput(k)) context.SetOutput(k, AxisSlices.Stack(collected[k - states], 0, context.OutputType(k), context.Node));
    }

    private static ReferenceTensor One(Graph body, int input, ElementType type, long value)
        => new(type, ((TensorType)body.Inputs[input].Type!).Shape!.ToArray(), [value]);
}
