using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.VnnLib;

/// <summary>An atom: a linear form that is at most zero, or less than zero.</summary>
/// <param name="Form">The form.</param>
/// <param name="IsStrict">Whether zero does not fulfil it.</param>
internal sealed record VnnAtom(LinearForm Form, bool IsStrict);

/// <summary>A boolean expression in disjunctive normal form: what all alternatives share, and the alternatives.</summary>
/// <param name="Common">Atoms of every alternative.</param>
/// <param name="Alternatives">Further atoms of each alternative; an empty list of alternatives is never fulfilled.</param>
internal sealed record VnnCondition(IReadOnlyList<VnnAtom> Common, IReadOnlyList<IReadOnlyList<VnnAtom>> Alternatives)
{
    /// <summary>Alternatives of one property: beyond them the normal form is too large.</summary>
    private const int MostAlternatives = 1 << 16;

    /// <summary>The condition that everything fulfils.</summary>
    public static VnnCondition True { get; } = new([], [[]]);

    /// <summary>Whether an atom names an element at or after an index, such as an output.</summary>
    public bool IsAbout(int first) => Common.Concat(Alternatives.SelectMany(static a => a)).Any(a => a.Form.Factors.Any(f => f.Key >= first && f.Value != 0));

    /// <summary>Reads a comparison, <c>and</c> or <c>or</c>.</summary>
    public static VnnCondition Read(VnnExpression expression, VnnVariables variables)
    {
        VnnExpression[] operands = [.. expression.Items.Skip(1)];
        switch (expression.Head)
        {
            case "and":
                return And([.. operands.Select(o => Read(o, variables))], expression);
            case "or":
                return Or([.. operands.Select(o => Read(o, variables))]);
            case "<=" or ">=" or "<" or ">" or "==" or "=" or "!=":
                if (operands.Length != 2) throw new PropertyException("'" + expression.Head + "' compares two expressions", expression.Line, expression.Column);
                return Compare(expression.Head, LinearForm.Read(operands[0], variables), LinearForm.Read(operands[1], variables));
            default:
                string what = expression.Word ?? expression.Head;
                throw new PropertyException("'" + what + "' is not supported in a condition: and, or, <=, <, >=, >, == and != are", expression.Line, expression.Column);
        }
    }

    /// <summary>The condition over the inputs that ties leave.</summary>
    public VnnCondition Tied(TiedInputs ties) => new([.. Tied(Common, ties)], [.. Alternatives.Select(a => (IReadOnlyList<VnnAtom>)[.. Tied(a, ties)])]);

    private static IEnumerable<VnnAtom> Tied(IEnumerable<VnnAtom> atoms, TiedInputs ties)
    {
        foreach (VnnAtom atom in atoms)
        {
            // 0 < 0 stays: nothing fulfils it.
            if (ties.Apply(atom.Form) is { } form) yield return atom with { Form = form };
            else if (atom.IsStrict) yield return new VnnAtom(new LinearForm(), true);
        }
    }

    /// <summary>All of several conditions.</summary>
    public static VnnCondition And(IReadOnlyList<VnnCondition> conditions, VnnExpression at)
    {
        List<VnnAtom> common = [.. conditions.SelectMany(static c => c.Common)];
        IReadOnlyList<IReadOnlyList<VnnAtom>> alternatives = [[]];
        foreach (VnnCondition condition in conditions)
        {
            if (condition.Alternatives is [{ Count: 0 }]) continue;
            if ((long)alternatives.Count * condition.Alternatives.Count > MostAlternatives)
                throw new PropertyException("the property has more than 65536 alternatives", at.Line, at.Column);
            alternatives = [.. alternatives.SelectMany(a => condition.Alternatives.Select(b => (IReadOnlyList<VnnAtom>)[.. a, .. b]))];
        }

        return new(common, alternatives);
    }

    private static VnnCondition Or(IReadOnlyList<VnnCondition> conditions)
        => conditions.Count == 1 ? conditions[0]
            : new([], [.. conditions.SelectMany(static c => c.Alternatives.Select(a => (IReadOnlyList<VnnAtom>)[.. c.Common, .. a]))]);

    private static VnnCondition Compare(string comparison, LinearForm left, LinearForm right)
    {
        var difference = new LinearForm();
        difference.Add(left, 1);
        difference.Add(right, -1);
        var opposite = new LinearForm();
        opposite.Add(difference, -1);
        return comparison switch
        {
            "<=" => new([new(difference, false)], [[]]),
            "<" => new([new(difference, true)], [[]]),
            ">=" => new([new(opposite, false)], [[]]),
            ">" => new([new(opposite, true)], [[]]),
            "!=" => new([], [[new(difference, true)], [new(opposite, true)]]),
            _ => new([new(difference, false), new(opposite, false)], [[]]),
        };
    }
}
