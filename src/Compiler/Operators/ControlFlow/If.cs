using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.ControlFlow;

/// <summary>If: one of two graphs, chosen by a condition of run time. Where the condition is constant, inference puts the graph in the node's place.</summary>
internal sealed class If : ControlFlowOperator
{
    /// <summary>The attributes, the one taken where the condition holds first.</summary>
    public static readonly ImmutableArray<string> Branches = ["then_branch", "else_branch"];

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "If",
        Versions = TypeVersions,
        Inputs = [new("cond", TypeSet.Bool)],
        Outputs = [new("outputs", TypeSet.Any, Arity.Variadic)],
        Attributes = [new("then_branch", AttributeKind.Graph, Required: true), new("else_branch", AttributeKind.Graph, Required: true)],
    };

    /// <summary>The graph that a constant condition chooses.</summary>
    public static Graph Taken(Node node, Tensor condition) => Body(node, Branches[ReferenceTensor.FromTensor(condition).Integers![0] != 0 ? 0 : 1]);

    /// <summary>Whether the graphs have the form that the node asks for.</summary>
    public static void Check(InferenceContext context)
    {
        RequireSingle(context, 0, "the condition");
        foreach (string branch in Branches)
        {
            Graph body = Body(context.Node, branch);
            if (body.Inputs.Length > 0) throw context.Invalid("its " + branch + " has inputs; branches only read the values around them");
            if (body.Outputs.Length < context.Node.Outputs.Length) throw context.Invalid("its " + branch + " has " + Text(body.Outputs.Length) + " outputs, the node " + Text(context.Node.Outputs.Length));
        }
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        Check(context);
        var bodies = new Graph?[2];
        var conflicts = new string?[2];
        for (int i = 0; i < 2; i++) bodies[i] = Subgraphs(context).TryInfer(Body(context.Node, Branches[i]), [], out conflicts[i]);
        Graph some = bodies[0] ?? bodies[1] ?? throw context.Fail("neither branch can run: " + conflicts[0] + "; " + conflicts[1]);
        for (int i = 0; i < 2; i++) context.SetBody(Branches[i], bodies[i] ?? Refuse.Graph(some, conflicts[i]!, Subgraphs(context)));
        for (int k = 0; k < context.Node.Outputs.Length; k++)
        {
            TensorType type = OutputType(context, some, k);
            context.SetOutput(k, bodies[0] is null || bodies[1] is null ? type : Join(context, k, type, OutputType(context, bodies[1]!, k)));
        }
    }

    private static TensorType Join(InferenceContext context, int index, TensorType first, TensorType second)
    {
        string name = "'" + context.Node.Outputs[index] + "'";
        if (first.ElementType != second.ElementType) throw context.WrongType("its branches give output " + name + " as " + first + " and " + second);
        if (first.Equals(second)) return first;
        if (first.Shape is not { } a || second.Shape is not { } b || a.Rank != b.Rank) throw context.Dynamic("its branches give output " + name + " the shapes " + first.Shape + " and " + second.Shape);
        return first with { Shape = new Shape([.. a.Dimensions.Select((d, axis) => Join(d, b[axis], context.Node.Outputs[index] + "[" + Text(axis) + "]", context.Node.Label))]) };
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        BodyEvaluation body = context.Body(Branches[context.Input(0).Integers![0] != 0 ? 0 : 1]);
        ReferenceTensor[] outputs = body.Run([]);
        for (int k = 0; k < context.Node.Outputs.Length; k++) context.SetOutput(k, outputs[k]);
    }
}
