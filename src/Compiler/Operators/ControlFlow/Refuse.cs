using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.ControlFlow;

/// <summary>
/// RedGen's own operator for a branch that cannot run with the shapes that the model is compiled for: it throws. Exporters write
/// such branches (an If on the sampling rate, with inputs of another length for each); only taking one is an error.
/// </summary>
internal sealed class Refuse : Operator
{
    private const string Domain = "redgen";

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Refuse",
        Domain = Domain,
        Versions = [1],
        Inputs = [],
        Outputs = [new("outputs", TypeSet.Any, Arity.Variadic)],
        Attributes = [new("message", AttributeKind.String, Required: true)],
    };

    /// <inheritdoc/>
    public override bool IsDeterministic => false;

    /// <summary>A graph that throws, with outputs of the types of another one.</summary>
    public static Graph Graph(Graph like, string message, ISubgraphInference names)
    {
        ImmutableArray<Value> outputs = [.. like.Outputs.Select(o => new Value(names.FreshName(o.Name), like.TypeOf(o.Name) ?? o.Type))];
        var node = new Node
        {
            Name = names.FreshName("Refuse"),
            Operator = new OperatorId(Domain, "Refuse", 1),
            Inputs = [],
            Outputs = [.. outputs.Select(o => o.Name)],
            Attributes = NodeAttributes.Empty.With("message", new StringAttribute(message)),
        };
        return new Graph(like.Name, [], outputs, [node], ImmutableDictionary<string, Tensor>.Empty, outputs.ToImmutableDictionary(o => o.Name, o => o.Type!));
    }

    /// <summary>What the exception says.</summary>
    public static string Message(Node node) => "This branch cannot run with the shapes that the model is compiled for: " + node.Attributes.String("message", "");

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        // The compiler writes it with the types of its outputs; inference may see it again.
        for (int i = 0; i < context.Node.Outputs.Length; i++)
            context.SetOutput(i, context.Subgraphs?.Declared(context.Node.Outputs[i]) ?? throw context.Invalid("only the compiler writes it"));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context) => throw new ArgumentException(Message(context.Node));
}
