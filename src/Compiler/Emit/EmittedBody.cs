using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>The body of a branch or loop as a method of its own.</summary>
/// <param name="Body">The body.</param>
/// <param name="Method">The method's name.</param>
/// <param name="Steps">Its steps.</param>
internal sealed record EmittedBody(Body Body, string Method, ImmutableArray<EmittedStep> Steps)
{
    /// <summary>Names a body and its steps after the step that it belongs to.</summary>
    public static EmittedBody Name(Body body, string step, WeightTable weights)
    {
        string method = step + body.Name;
        return new EmittedBody(body, method, EmittedStep.NameAll(body.Plan, weights, method));
    }

    /// <summary>Formal parameters: the inputs that are read, the outputs, scratch memory; <see cref="Results"/> come behind them.</summary>
    public ImmutableArray<string> Parameters
    {
        get
        {
            ExecutionPlan plan = Body.Plan;
            IEnumerable<string> inputs = Read(plan).Select(i => $"{(plan.Buffers[i].Storage == Storage.Dynamic ? "DynamicTensor" : "ReadOnlySpan")}<{CSharp(plan.Buffers[i])}> {plan.Buffers[i].Name}");
            IEnumerable<string> outputs = Spans(plan).Select(b => $"Span<{CSharp(b)}> {b.Name}");
            return [.. inputs, .. outputs, .. plan.ArenaBytes == 0 ? (string[])[] : [$"Span<{ArenaText.ElementTypeOf(plan).CSharpName()}> scratch"]];
        }
    }

    /// <summary>What a part of the method passes to the next: its own parameters.</summary>
    public ImmutableArray<string> Arguments => [.. Read(Body.Plan).Select(v => Body.Plan.Buffers[v].Name), .. Spans(Body.Plan).Select(b => b.Name), .. Body.Plan.ArenaBytes == 0 ? (string[])[] : ["scratch"]];

    /// <summary>The outputs whose size is known at run time only.</summary>
    public ImmutableArray<Plan.Buffer> Results => [.. Body.Plan.Outputs.Select(o => Body.Plan.Buffers[o]).Where(b => b.Storage == Storage.Dynamic)];

    /// <summary>The inputs of a body's graph that its steps read, in the graph's order.</summary>
    public static ImmutableArray<string> Read(ExecutionPlan plan)
    {
        var read = new HashSet<string>(plan.Root.Steps.SelectMany(s => s.Inputs), StringComparer.Ordinal);
        return [.. plan.Graph.Inputs.Select(i => i.Name).Where(read.Contains)];
    }

    /// <summary>Whether an output's size is known at run time only.</summary>
    public bool IsOpen(int output) => Body.Plan.Buffers[Body.Plan.Outputs[output]].Storage == Storage.Dynamic;

    /// <summary>The call of the method.</summary>
    /// <param name="input">The expression for an input of the body's graph.</param>
    /// <param name="output">The expression for an output, by its position; an <c>out</c> argument where its size is known at run time only.</param>
    /// <param name="scratch">The expression for scratch memory of the body's.</param>
    public string Call(Func<string, string> input, Func<int, string> output, string scratch)
    {
        ExecutionPlan plan = Body.Plan;
        int[] outputs = [.. Enumerable.Range(0, plan.Outputs.Length)];
        string[] arguments = [.. Read(plan).Select(input), .. outputs.Where(k => !IsOpen(k)).Select(output), .. plan.ArenaBytes == 0 ? (string[])[] : [scratch], .. outputs.Where(IsOpen).Select(output)];
        return Method + "(" + string.Join(", ", arguments) + ");";
    }

    private static IEnumerable<Plan.Buffer> Spans(ExecutionPlan plan) => plan.Outputs.Select(o => plan.Buffers[o]).Where(b => b.Storage != Storage.Dynamic);

    private static string CSharp(Plan.Buffer buffer) => buffer.ElementType.CSharpName()!;
}
