using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;

namespace RedGen.Compiler.Operators.ControlFlow;

/// <summary>
/// RedGen's own operator for an implicit layer (Bai et al. 2019), a fixed point of z = f(z), where f may read values around it: z ← f(z) from a start until no element changes by more
/// than a tolerance, or a number of times. It is computed as the Loop that does this.
/// </summary>
internal sealed class Implicit : FunctionOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Implicit",
        Domain = "redgen",
        Versions = [1],
        Notes = "z ← body(z) until max |body(z) − z| ≤ tolerance (1e-5 unless told), at most max_iterations times (100)",
        Inputs = [new("z", TypeSet.Float)],
        Outputs = [new("fixed_point", TypeSet.Float)],
        Attributes = [new("body", AttributeKind.Graph, Required: true), new("max_iterations", AttributeKind.Int), new("tolerance", AttributeKind.Float)],
    };

    /// <inheritdoc/>
    public override bool IsBodyOnly => true;

    /// <inheritdoc/>
    public override bool IsDeterministic => false; // it folds once its body stands there

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (context.Attributes.Find("body") is GraphAttribute { Value: var graph } && (graph.Inputs.Length != 1 || graph.Outputs.Length != 1)) throw context.Unsupported("body", "the graph must have one input and one output");
        if (context.Attributes.Int("max_iterations", 100) < 1) throw context.Unsupported("max_iterations", "it must be at least 1");
        if (!(context.Attributes.Float("tolerance", 1e-5f) >= 0)) throw context.Unsupported("tolerance", "it must not be negative");
        context.SetOutput(0, context.Type(0), context.Lengths(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context) => throw new NotSupportedException("Implicit is evaluated through its body.");

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        Graph body = ((GraphAttribute)context.Attributes.Find("body")!).Value;
        var nodes = new List<Node>();
        string z = context.Fresh("z"), next = context.Inline(nodes, body, [z])[0];
        // A body may hand on its input, or a value around it: an output of the loop's body is a value of its own.
        string result = context.Add(nodes, "Identity", [next]);
        string change = context.Add(nodes, "Abs", [context.Add(nodes, "Sub", [result, z])]);
        string largest = context.Add(nodes, "ReduceMax", [change], NodeAttributes.Empty.With("keepdims", 0));
        string proceed = context.Add(nodes, "Greater", [largest, context.Number("tolerance", context.Type(0), context.Attributes.Float("tolerance", 1e-5f))]);
        var type = new TensorType(context.Type(0), Shape.Of(context.Lengths(0)));
        ImmutableArray<Value> inputs = [new Value(context.Fresh("run"), new TensorType(ElementType.Int64, Shape.Scalar)), new Value(context.Fresh("proceeds"), new TensorType(ElementType.Bool, Shape.Scalar)), new Value(z, type)];
        ImmutableArray<Value> outputs = [new Value(proceed, new TensorType(ElementType.Bool, Shape.Scalar)), new Value(result, type)];
        var loop = new Graph(body.Name, inputs, outputs, [.. nodes], ImmutableDictionary<string, Tensor>.Empty, inputs.Concat(outputs).ToImmutableDictionary(static v => v.Name, static v => v.Type!));
        string limit = context.Count("max_iterations", context.Attributes.Int("max_iterations", 100));
        return [context.Node("Loop", [limit, "", context.Input(0)], [context.Output(0)], NodeAttributes.Empty.With("body", new GraphAttribute(loop)))];
    }
}
