using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;

namespace RedGen.Compiler.Operators.Attentions;

/// <summary>FlexAttention: attention whose scores and probabilities pass through graphs that the model gives. Those graphs become part of the model's.</summary>
internal sealed class FlexAttention : FunctionOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "FlexAttention",
        Domain = "ai.onnx.preview",
        Versions = [1],
        Inputs = [new("Q", TypeSet.Float), new("K", TypeSet.Float), new("V", TypeSet.Float)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes =
        [
            new("prob_mod", AttributeKind.Graph), new("scale", AttributeKind.Float), new("score_mod", AttributeKind.Graph), new("softmax_precision", AttributeKind.Int),
        ],
    };

    /// <inheritdoc/>
    public override bool IsBodyOnly => true;

    /// <inheritdoc/>
    public override bool IsDeterministic => false; // it folds once its body stands there

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] q = context.Lengths(0);
        int[] k = context.Lengths(1);
        int[] v = context.Lengths(2);
        if (q.Length != 4 || k.Length != 4 || v.Length != 4) throw context.Fail("Q, K and V must have rank 4");
        if (!k.Take(3).SequenceEqual(v.Take(3))) throw context.Fail("K and V have different batches, heads or positions");
        if (q[0] != k[0]) throw context.Fail("Q, K and V have different batches");
        if (q[3] != k[3]) throw context.Fail("the heads of Q and K have different lengths");
        if (k[1] == 0 ? q[1] != 0 : q[1] % k[1] != 0) throw context.Fail("the " + q[1] + " heads of Q are no multiple of the " + k[1] + " heads of K");
        if (context.Attributes.Has("softmax_precision") && Precision(context.Attributes, context.Type(0)) is not (ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16))
            throw context.Unsupported("softmax_precision", "it must be 1 (float), 10 (float16), 11 (double) or 16 (bfloat16)");
        foreach (string name in new[] { "score_mod", "prob_mod" })
        {
            if (context.Attributes.Find(name) is GraphAttribute { Value: var graph } && (graph.Inputs.Length != 1 || graph.Outputs.Length != 1))
                throw context.Unsupported(name, "the graph must have one input and one output");
        }

        context.SetOutput(0, context.Type(2), [q[0], q[1], q[2], v[3]]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context) => throw new NotSupportedException("FlexAttention is evaluated through its body.");

    /// <summary>What scores and probabilities are computed in: narrow floats are widened.</summary>
    private static ElementType Precision(NodeAttributes attributes, ElementType type)
        => attributes.Has("softmax_precision") ? (ElementType)attributes.Int("softmax_precision", 0) : type == ElementType.Float64 ? type : ElementType.Float32;

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        var nodes = new List<Node>();
        ElementType precision = Precision(context.Attributes, context.Type(0));
        string q = Cast(context, nodes, context.Input(0), context.Type(0), precision);
        string k = Repeat(context, nodes, Cast(context, nodes, context.Input(1), context.Type(1), precision), context.Lengths(1));
        string v = Repeat(context, nodes, Cast(context, nodes, context.Input(2), context.Type(2), precision), context.Lengths(2));
        string transposed = context.Add(nodes, "Transpose", [k], NodeAttributes.Empty.With("perm", [0, 1, 3, 2]));
        double scale = context.Attributes.Has("scale") ? context.Attributes.Float("scale", 1) : 1 / Math.Sqrt(context.Lengths(0)[3]);
        string scores = context.Add(nodes, "Mul", [context.Add(nodes, "MatMul", [q, transposed]), context.Number("scale", precision, scale)]);
        scores = Modify(context, nodes, "score_mod", scores, precision);
        string weights = context.Add(nodes, "Softmax", [scores], NodeAttributes.Empty.With("axis", -1));
        weights = Modify(context, nodes, "prob_mod", weights, precision);
        string result = context.Add(nodes, "MatMul", [weights, v]);
        nodes.Add(context.Node("Cast", [result], [context.Output(0)], NodeAttributes.Empty.With("to", (long)context.Type(2))));
        return nodes;
    }

    private static string Cast(FunctionContext context, List<Node> nodes, string value, ElementType from, ElementType to)
        => from == to ? value : context.Add(nodes, "Cast", [value], NodeAttributes.Empty.With("to", (long)to));

    /// <summary>Every head once for each head of the query that it serves.</summary>
    private static string Repeat(FunctionContext context, List<Node> nodes, string value, int[] lengths)
    {
        int heads = context.Lengths(0)[1];
        if (heads == lengths[1]) return value;
        string single = context.Add(nodes, "Unsqueeze", [value, context.Integers("axis", 2)]);
        string repeated = context.Add(nodes, "Expand", [single, context.Integers("repeats", 1, 1, heads / lengths[1], 1, 1)]);
        return context.Add(nodes, "Reshape", [repeated, context.Integers("heads", lengths[0], heads, lengths[2], lengths[3])], NodeAttributes.Empty.With("allowzero", 1));
    }

    /// <summary>A graph may state another type than the scores have; it gets that.</summary>
    private static string Modify(FunctionContext context, List<Node> nodes, string attribute, string value, ElementType precision)
    {
        if (context.Attributes.Find(attribute) is not GraphAttribute { Value: var graph }) return value;
        ElementType stated = (graph.Inputs[0].Type as TensorType)?.ElementType ?? precision;
        string result = context.Inline(nodes, graph, [Cast(context, nodes, value, precision, stated)])[0];
        return Cast(context, nodes, result, (graph.Outputs[0].Type as TensorType)?.ElementType ?? stated, precision);
    }
}
