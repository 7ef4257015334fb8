using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.ControlFlow;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>Loop: a C# loop that calls a method; what it collects is written slice by slice into the output.</summary>
internal sealed class LoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle) return null;
        Graph graph = ControlFlowOperator.Body(node, "body");
        int states = Loop.StateCount(node);
        Tensor? proceed = graph.ConstantOf(graph.Outputs[0].Name) ?? context.Constant(graph.Outputs[0].Name);
        int[] carried = [.. Enumerable.Range(0, states).Where(k => graph.Outputs[1 + k].Name != graph.Inputs[Loop.FirstState + k].Name)];
        int[] collected = [.. Enumerable.Range(states, node.Outputs.Length - System.Math.Min(states, node.Outputs.Length)).Where(node.HasOutput)];
        int[] kept = [.. proceed is null ? (int[])[0] : [], .. carried.Select(k => 1 + k), .. collected.Select(k => 1 + k)];
        if (BodyPlanner.Plan(context, graph, kept, "Body", "One run of the body of " + node.Name) is not { } body) return null;

        string[] given = [.. node.Inputs.Take(Loop.FirstState).Where(i => i.Length > 0)];
        ImmutableArray<string> captures = BodyPlanner.Captures(body, graph.Inputs.Length);
        string[] outputs = [.. node.Outputs.Where(o => o.Length > 0)];
        BufferNames names = BodyPlanner.Names(outputs.Length, "count", "condition", "iteration", "proceed", "trips", "i");
        var layout = new WorkspaceLayout();
        int arena = BodyPlanner.AddArena(layout, body);
        ImmutableArray<LoopValue> values = [.. Enumerable.Range(0, states).Select(k => Value(
            k, node, graph, context, System.Array.IndexOf(kept, 1 + k), given.Length + k, node.HasOutput(k) ? System.Array.IndexOf(outputs, node.Outputs[k]) : -1, names, layout))];
        if (layout.Length > int.MaxValue) return null;
        long? trips = Loop.Trips(proceed, context.Constant(node.Input(0)), node.HasInput(0), context.Constant(node.Input(1)), node.HasInput(1));
        if (collected.Any(k => context.Type(node.Outputs[k]) is { IsStatic: true } type && type.Shape![0].Value != trips)) trips = null; // the file declares another length: running says so
        return new LoopStep
        {
            Nodes = [node],
            Inputs = [.. given, .. node.Inputs.Skip(Loop.FirstState), .. captures],
            InputNames = [.. node.HasInput(0) ? (string[])["count"] : [], .. node.HasInput(1) ? (string[])["condition"] : [], .. values.Select(v => v.InitialName), .. BodyPlanner.CaptureNames(names, captures)],
            Outputs = [.. outputs],
            Bodies = [body],
            WorkspaceType = layout.Type,
            WorkspaceLength = (int)layout.Length,
            MultiplyAdds = Times(body.Plan.MultiplyAdds, trips ?? 1),
            Summary = trips is null ? "Loop" : "Loop, " + trips + " times",
            Form = new LoopForm(
                arena,
                layout,
                values,
                [.. collected.Select(k => CollectedValue.Create(System.Array.IndexOf(kept, 1 + k), System.Array.IndexOf(outputs, node.Outputs[k]), node.Outputs[k], context.Type(node.Outputs[k]), TypeOf(graph, 1 + k), names))],
                new LoopControl(node.HasInput(0), Number(context.Constant(node.Input(0))), node.HasInput(1) ? Number(context.Constant(node.Input(1))) is { } c ? c != 0 : null : true, node.HasInput(1), Number(proceed) is { } p ? p != 0 : null, trips),
                graph.Inputs[0].Name,
                graph.Inputs[1].Name),
        };
    }

    private static LoopValue Value(int index, Node node, Graph body, KernelContext context, int output, int initial, int target, BufferNames names, WorkspaceLayout layout)
    {
        Value input = body.Inputs[Loop.FirstState + index];
        var type = (TensorType)input.Type!;
        return type.IsStatic ? CarriedValue.Create(index, input.Name, type, output, initial, target, names, layout)
            : OpenCarriedValue.Create(index, input.Name, context.Type(node.Inputs[Loop.FirstState + index]), TypeOf(body, 1 + index), output, initial, target, names);
    }

    /// <summary>The type of a body's output, which may be a value around it.</summary>
    internal static TensorType TypeOf(Graph body, int output) => body.TensorTypeOf(body.Outputs[output].Name) ?? (TensorType)body.Outputs[output].Type!;

    private static long? Number(Tensor? constant) => constant is { Length: 1 } ? ReferenceTensor.FromTensor(constant).Integers![0] : null;

    private static long Times(long count, long trips) => count == 0 || trips == 0 ? 0 : trips > long.MaxValue / count ? long.MaxValue : count * trips;
}

/// <summary>How often a loop runs.</summary>
/// <param name="HasCount">Whether there is a trip count.</param>
/// <param name="Count">Its value, where that is known.</param>
/// <param name="Condition">The condition before the first run; null where it is computed.</param>
/// <param name="HasCondition">Whether the condition is an input.</param>
/// <param name="Proceed">The condition after a run; null where it is computed.</param>
/// <param name="Trips">How often it runs, where that is known.</param>
internal sealed record LoopControl(bool HasCount, long? Count, bool? Condition, bool HasCondition, bool? Proceed, long? Trips);

/// <summary>What a loop's emission needs.</summary>
/// <param name="Arena">The part of the workspace that the body's scratch memory is.</param>
/// <param name="Layout">The workspace.</param>
/// <param name="Values">The carried values.</param>
/// <param name="Collected">The collected values.</param>
/// <param name="Control">How often it runs.</param>
/// <param name="Iteration">The body's input for the number of the run.</param>
/// <param name="Condition">The body's input for the condition.</param>
internal sealed record LoopForm(int Arena, WorkspaceLayout Layout, ImmutableArray<LoopValue> Values, ImmutableArray<CollectedValue> Collected, LoopControl Control, string Iteration, string Condition);
