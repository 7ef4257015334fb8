using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Plan;
using RedGen.Compiler.State;

namespace RedGen.Compiler.Emit;

/// <summary>Writes the class that runs a model with state step by step: it holds the states, and each step leaves them to the next.</summary>
internal static class StepperEmitter
{
    /// <summary>The name of the class inside the model's.</summary>
    public const string ClassName = "Stepper";

    /// <summary>Names that a state's property must not take: other members, and what the methods call.</summary>
    private static readonly string[] Taken = [ClassName, "Step", "Reset", "Predict", "Weights", "Equals", "GetHashCode", "GetType", "ToString", "Finalize", "MemberwiseClone"];

    private sealed record StateField(PublicValue Input, string Property, string Field, string Next, string? Initial);

    /// <summary>Writes the class; nothing for a model without state.</summary>
    public static void Write(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs, WeightTable weights)
    {
        if (plan.States.IsEmpty) return;
        ImmutableArray<StateField> fields = FieldsOf(plan, inputs, outputs, weights);
        Dictionary<string, string> arguments = [];
        foreach ((StatePair pair, StateField field) in plan.States.Zip(fields, (p, f) => (p, f)))
        {
            arguments.Add("in " + pair.Input, field.Field);
            arguments.Add("out " + pair.Output, field.Next);
        }

        ImmutableArray<PublicValue> given = [.. inputs.Where(i => !arguments.ContainsKey("in " + i.Value.Name))];
        ImmutableArray<PublicValue> results = [.. outputs.Where(o => !arguments.ContainsKey("out " + o.Value.Name))];
        code.Line();
        code.Line("/// <summary>");
        code.Line("/// The network over a sequence: each step takes the state that the step before left. An object is for one sequence, and for one thread at a time.");
        code.Line("/// </summary>");
        code.Line("/// <remarks>");
        foreach (StatePair pair in plan.States)
            code.Line($"/// <para>Input <c>{XmlText.Escape(pair.Input)}</c> gets what output <c>{XmlText.Escape(pair.Output)}</c> was: {plan.Graph.TypeOf(pair.Input)}, at first {(pair.Initial is null ? "zeros" : "the model's initial value")}.</para>");
        code.Line("/// </remarks>");
        using (code.Block("public sealed class " + ClassName))
        {
            WriteFields(code, fields, hasNext: !outputs.Any(o => o.IsOpen));
            if (outputs.Any(o => o.IsOpen))
            {
                // Predict allocates anyway, and gives the next states as arrays of their own.
                WriteOpenStep(code, given, results, string.Join(", ", inputs.Select(i => arguments.TryGetValue("in " + i.Value.Name, out string? state) ? state : i.Buffer.Name)),
                    [.. plan.States.Zip(fields, (p, f) => (f.Field, outputs.First(o => o.Value.Name == p.Output).Pascal))]);
                WriteReset(code, fields);
                return;
            }

            string call = string.Join(", ", inputs.Select(i => arguments.TryGetValue("in " + i.Value.Name, out string? field) ? field : i.Buffer.Name)
                .Concat(outputs.Select(o => arguments.TryGetValue("out " + o.Value.Name, out string? field) ? field : o.Buffer.Name)));
            WriteStep(code, given, results, call, fields);
            WriteAllocatingStep(code, given, results);
            WriteReset(code, fields);
        }
    }

    private static ImmutableArray<StateField> FieldsOf(ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs, WeightTable weights)
    {
        var taken = new HashSet<string>(Taken, System.StringComparer.Ordinal);
        var names = new HashSet<string>(inputs.Concat(outputs).Select(v => v.Buffer.Name), System.StringComparer.Ordinal);
        ImmutableArray<StateField>.Builder fields = ImmutableArray.CreateBuilder<StateField>();
        foreach (StatePair pair in plan.States)
        {
            PublicValue input = inputs.First(i => i.Value.Name == pair.Input);
            string property = input.Pascal;
            // No parameter may bear the name of a field: names of models may begin with an underscore.
            string Field() => "_" + char.ToLowerInvariant(property[0]) + property.Substring(1);
            while (!taken.Add(property) || names.Contains(Field()) || names.Contains(Field() + "Next")) property += "Value";
            string field = Field();
            string? initial = pair.Initial is null ? null : weights.Add(ClassName, pair.Initial, input.Pascal, "Initial value of '" + pair.Input + "', " + pair.Initial.Shape);
            fields.Add(new StateField(input, property, field, field + "Next", initial));
        }

        return fields.ToImmutable();
    }

    private static void WriteFields(SourceWriter code, ImmutableArray<StateField> fields, bool hasNext)
    {
        foreach (StateField field in fields)
        {
            code.Line($"private {field.Input.CSharp}[] {field.Field} = new {field.Input.CSharp}[{field.Input.Pascal}Length];");
            if (hasNext) code.Line($"private {field.Input.CSharp}[] {field.Next} = new {field.Input.CSharp}[{field.Input.Pascal}Length];");
        }

        if (fields.Any(f => f.Initial is not null))
        {
            code.Line();
            code.Line("/// <summary>Begins a sequence.</summary>");
            using (code.Block("public " + ClassName + "()")) code.Line("Reset();");
        }

        foreach (StateField field in fields)
        {
            code.Line();
            code.Line($"/// <summary>What the next step takes as <c>{XmlText.Escape(field.Input.Value.Name)}</c>, {field.Input.Shape}: to be kept, or set to go on elsewhere. A step gives it other memory.</summary>");
            code.Line($"public Span<{field.Input.CSharp}> {field.Property} => {field.Field};");
        }
    }

    private static void WriteStep(SourceWriter code, ImmutableArray<PublicValue> given, ImmutableArray<PublicValue> results, string call, ImmutableArray<StateField> fields)
    {
        code.Line();
        code.Line("/// <summary>Runs the network once and keeps the new state. Allocates as little as <c>Predict</c> does; after an exception the state is what it was.</summary>");
        foreach (PublicValue value in given.Concat(results)) PredictEmitter.DocumentParameter(code, value);
        code.Line("/// <exception cref=\"ArgumentException\">An argument has the wrong length, or an output shares memory with an input.</exception>");
        using (code.Block($"public void Step({string.Join(", ", PredictEmitter.Formal(given, results))})"))
        {
            code.Line($"Predict({call});");
            foreach (StateField field in fields) code.Line($"({field.Field}, {field.Next}) = ({field.Next}, {field.Field});");
        }
    }

    /// <summary>The step of a model some of whose outputs have a length that is known at run time only.</summary>
    private static void WriteOpenStep(SourceWriter code, ImmutableArray<PublicValue> given, ImmutableArray<PublicValue> results, string call, ImmutableArray<(string Field, string Output)> keep)
    {
        code.Line();
        code.Line("/// <summary>Runs the network once, keeps the new state and gives new arrays and tensors.</summary>");
        foreach (PublicValue value in given) PredictEmitter.DocumentParameter(code, value);
        code.Line("/// <exception cref=\"ArgumentException\">An argument has the wrong length, or its values give shapes that do not fit.</exception>");
        string type = results.Length == 1 ? results[0].ResultType : "(" + string.Join(", ", results.Select(r => r.ResultType + " " + r.Pascal)) + ")";
        using (code.Block($"public {type} Step({string.Join(", ", PredictEmitter.Formal(given, []))})"))
        {
            string all = "result";
            while (given.Any(g => g.Buffer.Name == all)) all += "_";
            code.Line($"var {all} = Predict({call});");
            foreach ((string field, string output) in keep) code.Line($"{field} = {all}.{output};");
            code.Line(results.Length == 1 ? $"return {all}.{results[0].Pascal};" : $"return ({string.Join(", ", results.Select(r => all + "." + r.Pascal))});");
        }
    }

    private static void WriteAllocatingStep(SourceWriter code, ImmutableArray<PublicValue> given, ImmutableArray<PublicValue> results)
    {
        if (results.IsEmpty) return;
        code.Line();
        code.Line("/// <summary>Runs the network once, keeps the new state and gives new arrays.</summary>");
        foreach (PublicValue value in given) PredictEmitter.DocumentParameter(code, value);
        code.Line("/// <exception cref=\"ArgumentException\">An argument has the wrong length.</exception>");
        PredictEmitter.WriteAllocating(code, "public", "Step", given, results);
    }

    private static void WriteReset(SourceWriter code, ImmutableArray<StateField> fields)
    {
        code.Line();
        code.Line("/// <summary>Begins a new sequence: the state is what it was before the first step.</summary>");
        using (code.Block("public void Reset()"))
            foreach (StateField field in fields)
                code.Line(field.Initial is null ? $"{field.Field}.AsSpan().Clear();" : $"{field.Initial}.CopyTo({field.Field});");
    }
}
