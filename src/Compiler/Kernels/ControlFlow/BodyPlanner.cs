using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>Plans the subgraphs of a node.</summary>
internal static class BodyPlanner
{
    /// <summary>Plans a subgraph with some of its outputs; null where its problems are reported.</summary>
    public static Body? Plan(KernelContext context, Graph body, IEnumerable<int> outputs, string name, string summary)
    {
        var trimmed = new Graph(body.Name, body.Inputs, [.. outputs.Select(k => body.Outputs[k])], body.Nodes, body.Initializers, body.Types);
        return context.PlanBody(GraphClosure.Close(trimmed, context.Graph)) is { } plan ? new Body(name, summary, plan) : null;
    }

    /// <summary>The values around bodies that they read at run time; constants they have themselves.</summary>
    public static ImmutableArray<string> Captures(Body body, int inputs)
    {
        var own = new HashSet<string>(body.Plan.Graph.Inputs.Take(inputs).Select(i => i.Name), System.StringComparer.Ordinal);
        return [.. EmittedBody.Read(body.Plan).Where(i => !own.Contains(i))];
    }

    /// <summary>Names for the parameters and locals of a step's method, beside those of its outputs.</summary>
    public static BufferNames Names(int outputs, params string[] taken) => new([.. taken, "y", .. Enumerable.Range(0, outputs).Select(k => "y" + CSharpLiteral.Of(k))]);

    /// <summary>What a step's method calls the values that its bodies capture.</summary>
    public static IEnumerable<string> CaptureNames(BufferNames names, ImmutableArray<string> captures) => captures.Select(c => names.For("capture " + c, c));

    /// <summary>Asks for the scratch memory of a body; the part's number.</summary>
    public static int AddArena(WorkspaceLayout layout, Body body) => layout.Add(ArenaText.ElementTypeOf(body.Plan), ArenaText.LengthOf(body.Plan));
}
