using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>
/// The PredictBatch methods: many runs of the network in one call, on one thread or on several. Models with state, whose runs are a
/// sequence, and models whose outputs have lengths of run time have none.
/// </summary>
internal sealed class BatchEmitter
{
    /// <summary>What a thread takes at a time: about 20 µs of work, so that taking it, and being the last to end, cost little.</summary>
    private const long GrainWork = 400_000;

    /// <summary>Work of an element that a step writes, in multiply-adds, beside those that it has.</summary>
    private const long ElementWork = 8;

    private const int MostRuns = 4096;

    private readonly SourceWriter _code;
    private readonly ExecutionPlan _plan;
    private readonly ImmutableArray<PublicValue> _inputs;
    private readonly ImmutableArray<PublicValue> _outputs;
    private readonly string _count;
    private readonly string _options;
    private readonly string _first;
    private readonly string _end;

    private BatchEmitter(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        _code = code;
        _plan = plan;
        _inputs = inputs;
        _outputs = outputs;
        _count = Free("count");
        _options = Free("options");
        _first = Free("first");
        _end = Free("end");
    }

    private IEnumerable<PublicValue> Values => _inputs.Concat(_outputs);

    private string Names => string.Join(", ", Values.Select(v => v.Buffer.Name));

    private bool HasScratch => _plan.ArenaBytes > 0;

    /// <summary>Writes the methods, where the model has them.</summary>
    public static void Write(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        if (!plan.HasBatches) return;
        var emitter = new BatchEmitter(code, plan, inputs, outputs);
        emitter.WriteSequential();
        emitter.WriteParallel();
        emitter.WriteRuns();
        emitter.WriteChecks();
    }

    private void WriteSequential()
    {
        Document("Runs the network many times, on this thread: what as many calls of <c>Predict</c> give. " + PredictEmitter.Allocations(_plan) + ".");
        _code.Line("/// <exception cref=\"ArgumentException\">An argument has the wrong length, or an output shares memory with an input.</exception>");
        _code.Line($"/// <exception cref=\"ArgumentOutOfRangeException\"><paramref name=\"{_count}\"/> is negative.</exception>");
        using (_code.Block($"public static void PredictBatch({string.Join(", ", PredictEmitter.Formal(_inputs, _outputs))}, int {_count})"))
        {
            _code.Line($"CheckBatch({Names}, {_count});");
            PredictEmitter.WriteScratch(_code, _plan);
            _code.Line($"RunBatch({Names}, 0, {_count}{(HasScratch ? ", scratch" : "")});");
        }

        _code.Line();
    }

    private void WriteParallel()
    {
        Document(_plan.IsDivisible
            ? "Runs the network many times, divided among threads; a single run is divided inside its large layers. The results are the same as on one thread."
            : "Runs the network many times, divided among threads: the same results as on one.");
        _code.Line($"/// <param name=\"{_options}\">How many threads at most (all processors where it does not say), and what cancels. A thread takes its scratch memory from the shared pool.</param>");
        _code.Line("/// <exception cref=\"ArgumentException\">An argument has the wrong length, or an output shares memory with an input.</exception>");
        _code.Line($"/// <exception cref=\"ArgumentOutOfRangeException\"><paramref name=\"{_count}\"/> is negative.</exception>");
        _code.Line("/// <exception cref=\"OperationCanceledException\">The token was cancelled; some outputs are written, others are not.</exception>");
        string[] parameters = [.. _inputs.Select(i => $"ReadOnlyMemory<{i.CSharp}> {i.Buffer.Name}"), .. _outputs.Select(o => $"Memory<{o.CSharp}> {o.Buffer.Name}")];
        using (_code.Block($"public static void PredictBatch({string.Join(", ", parameters)}, int {_count}, ParallelOptions {_options})"))
        {
            string spans = string.Join(", ", Values.Select(v => v.Buffer.Name + ".Span"));
            _code.Line($"CheckBatch({spans}, {_count});");
            WriteDivided(spans);
            string type = HasScratch ? ArenaText.ElementTypeOf(_plan).CSharpName()! : "byte";
            string scratch = HasScratch ? "scratch" : Free("_");
            _code.Line($"ParallelBatch.Run<{type}>({_count}, grain: {Text(Grain())}, scratchLength: {Text(HasScratch ? ArenaText.LengthOf(_plan) : 0)}, {_options}, ({_first}, {_end}, {scratch}) =>");
            using (_code.Indent()) _code.Line($"RunBatch({spans}, {_first}, {_end}{(HasScratch ? ", scratch" : "")}));");
        }

        _code.Line();
    }

    /// <summary>A single run is divided inside its layers.</summary>
    private void WriteDivided(string spans)
    {
        if (!_plan.IsDivisible) return;
        ElementType element = ArenaText.ElementTypeOf(_plan);
        int scratch = HasScratch ? ArenaText.LengthOf(_plan) : 0;
        long workspace = _plan.Workspaces.Where((w, i) => w is not null && _plan.Root.Steps[i].IsDivisible).Select(w => w!.Bytes / element.Bytes()).DefaultIfEmpty(0).Max();
        using (_code.Block($"if ({_count} == 1)"))
        {
            int room = HasScratch ? scratch + (Arena.Alignment / element.Bytes()) : 0;
            _code.Line($"ParallelLayers.Run<{element.CSharpName()}>(scratchLength: {Text(room)}, workspaceLength: {Text(workspace)}, {_options}, (worker, scratch, workspace) =>");
            using (_code.Indent())
                _code.Line($"RunDivided({spans}{(HasScratch ? $", {ArenaText.Aligned(element)}(scratch, {Text(scratch)})" : "")}, workspace, worker));");
            _code.Line("return;");
        }

        _code.Line();
    }

    private void WriteRuns()
    {
        string scratch = HasScratch ? $", Span<{ArenaText.ElementTypeOf(_plan).CSharpName()}> scratch" : "";
        string i = Free("i");
        _code.Line("/// <summary>Some runs of a batch.</summary>");
        using (_code.Block($"private static void RunBatch({string.Join(", ", PredictEmitter.Formal(_inputs, _outputs))}, int {_first}, int {_end}{scratch})"))
        using (_code.Block($"for (int {i} = {_first}; {i} < {_end}; {i}++)"))
        {
            IEnumerable<string> slices = Values.Select(v => $"{v.Buffer.Name}.Slice({i} * {v.Pascal}Length, {v.Pascal}Length)");
            _code.Line($"Run({string.Join(", ", slices)}{(HasScratch ? ", scratch" : "")});");
        }

        _code.Line();
    }

    private void WriteChecks()
    {
        using (_code.Block($"private static void CheckBatch({string.Join(", ", Values.Select(v => $"ReadOnlySpan<{v.CSharp}> {v.Buffer.Name}"))}, int {_count})"))
        {
            _code.Line($"if ({_count} < 0) throw new ArgumentOutOfRangeException(nameof({_count}));");
            foreach (PublicValue value in Values)
                _code.Line($"if ({value.Buffer.Name}.Length != (long){_count} * {value.Pascal}Length) ThrowBatchLength(nameof({value.Buffer.Name}), {value.Buffer.Name}.Length, {_count}, {value.Pascal}Length);");
            PredictEmitter.WriteOverlapChecks(_code, _plan, _inputs, _outputs);
        }

        _code.Line();
        using (_code.Block("private static void ThrowBatchLength(string parameter, int actual, int runs, int expected)"))
            _code.Line($"throw new ArgumentException($\"{_plan.ClassName}.PredictBatch: {{parameter}} has {{actual}} elements, {{runs}} runs of the model take {{expected}} each.\", parameter);");
        _code.Line();
    }

    private void Document(string summary)
    {
        _code.Line("/// <summary>" + summary + "</summary>");
        foreach (PublicValue value in Values)
            _code.Line($"/// <param name=\"{value.Buffer.Name.TrimStart('@')}\">For each run {value.Value.Type}, row-major, one behind the other: {_count} × {Text(value.Buffer.Length)} elements.</param>");
        _code.Line($"/// <param name=\"{_count}\">How many runs.</param>");
    }

    /// <summary>Runs that a thread takes at a time.</summary>
    private int Grain()
    {
        long elements = _plan.Root.Steps.Where(s => !s.IsView).SelectMany(s => s.Outputs).Where(o => o.Length > 0).Sum(o => (long)_plan.Buffers[o].Length);
        long work = _plan.MultiplyAdds + (ElementWork * elements);
        return (int)Math.Max(1, Math.Min(MostRuns, GrainWork / Math.Max(1, work)));
    }

    /// <summary>A name for a parameter or local that no value of the model bears.</summary>
    private string Free(string name)
    {
        while (_plan.Buffers.Values.Any(b => b.Name == name)) name += "_";
        return name;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
