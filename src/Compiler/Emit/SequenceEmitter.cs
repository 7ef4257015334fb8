using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>A method that calls the steps of a plan one after the other; in parts where there are many.</summary>
internal sealed class SequenceEmitter
{
    /// <summary>Calls per method: beyond, the locals near the JIT's limits.</summary>
    private const int StepsPerPart = 100;

    private readonly SourceWriter _code;
    private readonly ExecutionPlan _plan;
    private readonly ImmutableArray<EmittedStep> _steps;
    private readonly HashSet<string> _results;
    private string _arena = "scratch";
    private bool _isDivided;

    private SequenceEmitter(SourceWriter code, ExecutionPlan plan, ImmutableArray<Buffer> results, ImmutableArray<EmittedStep> steps)
    {
        _code = code;
        _plan = plan;
        _steps = steps;
        _results = [.. results.Select(r => r.Name)];
    }

    private int Parts => (_steps.Length + StepsPerPart - 1) / StepsPerPart;

    /// <summary>Writes the method and its parts.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="method">The method's name.</param>
    /// <param name="part">What the names of its parts begin with.</param>
    /// <param name="formal">The parameters.</param>
    /// <param name="actual">The same, as the method passes them to its parts.</param>
    /// <param name="results">Outputs whose size is known at run time only: further parameters, behind the others.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="arena">The parameter that is the arena.</param>
    /// <param name="modifiers">The method's modifiers.</param>
    /// <param name="isDivided">Whether several threads run the method, which divide what can be divided; <c>worker</c> is what each is.</param>
    public static void Write(
        SourceWriter code, ExecutionPlan plan, string method, string part, string formal, string actual, ImmutableArray<Buffer> results, ImmutableArray<EmittedStep> steps,
        string arena = "scratch", string modifiers = "private static", bool isDivided = false)
        => new SequenceEmitter(code, plan, results, steps) { _arena = arena, _isDivided = isDivided }.Write(modifiers, method, part, formal, actual, results);

    private void Write(string modifiers, string method, string part, string formal, string actual, ImmutableArray<Buffer> results)
    {
        using (_code.Block($"{modifiers} void {method}({List(formal, results.Select(b => $"out {TypeOf(b)} {b.Name}"))})"))
        {
            if (Parts <= 1) WriteCalls(0, _steps.Length, []);
            var declared = new HashSet<string>(System.StringComparer.Ordinal);
            for (int p = 0; Parts > 1 && p < Parts; p++)
                _code.Line($"{part}{Text(p + 1)}({List(actual, [.. Taken(p).Select(b => b.Name), .. Given(p).Select(b => Target(b, declared))])});");
        }

        for (int p = 0; Parts > 1 && p < Parts; p++)
        {
            string[] open = [.. Taken(p).Select(b => $"{TypeOf(b)} {b.Name}"), .. Given(p).Select(b => $"out {TypeOf(b)} {b.Name}")];
            _code.Line();
            using (_code.Block($"private static void {part}{Text(p + 1)}({List(formal, open)})"))
                WriteCalls(p * StepsPerPart, System.Math.Min(_steps.Length, (p + 1) * StepsPerPart), [.. Given(p).Select(b => b.Name)]);
        }
    }

    private void WriteCalls(int from, int to, HashSet<string> given)
    {
        var declared = new HashSet<string>(given, System.StringComparer.Ordinal);
        Dictionary<string, string> workspaces = Workspaces(from, to);
        for (int i = from; i < to; i++)
        {
            Step step = _steps[i].Step;
            if (workspaces.TryGetValue(_steps[i].Arguments.LastOrDefault() ?? "", out string? shared) && declared.Add(shared))
                _code.Line($"Span<{_steps[i].Workspace!.ElementType.CSharpName()}> {shared} = {Placed(_steps[i].Arguments.Last())};");
            foreach (string value in step.Inputs.Concat(step.Outputs).Where(v => v.Length > 0))
            {
                Buffer buffer = _plan.Buffers[value];
                if (buffer.Storage == Storage.Arena && declared.Add(buffer.Name)) _code.Line($"Span<{buffer.ElementType.CSharpName()}> {buffer.Name} = {Placed(ArenaText.Slice(_plan, buffer))};");
                if (buffer.Whole is { } whole && declared.Add(buffer.Name))
                    _code.Line($"{(buffer.Storage == Storage.Input ? "ReadOnlySpan" : "Span")}<{buffer.ElementType.CSharpName()}> {buffer.Name} = {whole}.Slice({Text(buffer.Start)}, {Text(buffer.Length)});");
            }

            string result = _steps[i].Result is not { } target ? "" : (_results.Contains(target.Name) || !declared.Add(target.Name) ? "" : TypeOf(target) + " ") + target.Name + " = ";
            Dictionary<string, Buffer> written = Open(step.Outputs).ToDictionary(b => "out " + b.Name, System.StringComparer.Ordinal);
            IEnumerable<string> arguments = _steps[i].Arguments.Select(a => written.TryGetValue(a, out Buffer? buffer) ? Target(buffer, declared) : workspaces.TryGetValue(a, out string? local) ? local : Placed(a));
            string condition = !_isDivided ? "" : step.IsDivisible ? $"while (worker.Takes({Text(i)})) " : "if (worker.Leads) ";
            if (_isDivided && step.IsDivisible && _steps[i].Workspace is { } workspace) arguments = arguments.Take(_steps[i].Arguments.Length - 1).Append(ArenaText.OwnSlice(_plan, workspace));
            _code.Line($"{condition}{result}{_steps[i].Method}({string.Join(", ", arguments)});");
        }
    }

    /// <summary>Names for the workspaces of several steps: they are cut out once, which the JIT takes a while for (docs/decisions/0037).</summary>
    private Dictionary<string, string> Workspaces(int from, int to)
    {
        var result = new Dictionary<string, string>(System.StringComparer.Ordinal);
        if (_isDivided) return result;
        var names = new HashSet<string>(_plan.Buffers.Values.Select(static b => b.Name), System.StringComparer.Ordinal);
        IEnumerable<string> slices = _steps.Skip(from).Take(to - from).Where(static s => s.Workspace is { Length: > 0 }).Select(static s => s.Arguments.Last());
        foreach (string slice in slices.GroupBy(static s => s, System.StringComparer.Ordinal).Where(static g => g.Count() > 1).Select(static g => g.Key))
        {
            string name = "workspace";
            for (int i = 2; !names.Add(name); i++) name = "workspace" + Text(i);
            result.Add(slice, name);
        }

        return result;
    }

    /// <summary>A slice of the arena, by the name that the arena has here.</summary>
    private string Placed(string slice) => _arena == "scratch" ? slice : slice.Replace("scratch.Slice(", _arena + ".Slice(");

    /// <summary>An argument that takes a value: declared where it stands, unless it is a parameter.</summary>
    private string Target(Buffer buffer, HashSet<string> declared)
        => _results.Contains(buffer.Name) || !declared.Add(buffer.Name) ? "out " + buffer.Name : $"out {TypeOf(buffer)} {buffer.Name}";

    /// <summary>The values without a size that a part reads from those before it; inputs of a body are parameters anyway.</summary>
    private Buffer[] Taken(int part) => [.. Open(part, s => s.Inputs).Except(Open(part, s => s.Outputs)).Except(Open(_plan.Graph.Inputs.Select(i => i.Name)))];

    /// <summary>The values without a size that a part makes for those behind it, or for the caller.</summary>
    private Buffer[] Given(int part)
    {
        Buffer[] later = [.. Enumerable.Range(part + 1, System.Math.Max(0, Parts - part - 1)).SelectMany(p => Open(p, s => s.Inputs))];
        return [.. Open(part, s => s.Outputs).Where(b => _results.Contains(b.Name) || later.Contains(b))];
    }

    private IEnumerable<Buffer> Open(int part, System.Func<Step, ImmutableArray<string>> values)
        => Open(_steps.Skip(part * StepsPerPart).Take(StepsPerPart).SelectMany(s => values(s.Step))).Distinct();

    private IEnumerable<Buffer> Open(IEnumerable<string> values) => values.Where(v => v.Length > 0).Select(v => _plan.Buffers[v]).Where(b => b.Storage == Storage.Dynamic);

    private static string List(string first, IEnumerable<string> others) => string.Join(", ", others.Prepend(first).Where(p => p.Length > 0));

    private static string TypeOf(Buffer buffer) => $"DynamicTensor<{buffer.ElementType.CSharpName()}>";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
