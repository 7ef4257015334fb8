using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.VnnLib;

/// <summary>A linear expression: a factor an element, and a constant.</summary>
internal sealed class LinearForm
{
    private readonly SortedDictionary<int, double> _factors = [];

    /// <summary>The factors by element.</summary>
    public IReadOnlyDictionary<int, double> Factors => _factors;

    /// <summary>The constant.</summary>
    public double Constant { get; private set; }

    /// <summary>Reads an expression of numbers, elements, <c>+</c>, <c>-</c> and <c>*</c>.</summary>
    public static LinearForm Read(VnnExpression expression, VnnVariables variables)
    {
        var form = new LinearForm();
        if (expression.Word is { } word)
        {
            if (TryNumber(word, out double number)) form.Constant = number;
            else form._factors[variables.Find(expression)] = 1;
            return form;
        }

        LinearForm[] operands = [.. expression.Items.Skip(1).Select(e => Read(e, variables))];
        if (operands.Length == 0) throw new PropertyException("an operation without operands", expression.Line, expression.Column);
        switch (expression.Head)
        {
            case "+":
                foreach (LinearForm operand in operands) form.Add(operand, 1);
                return form;
            case "-":
                form.Add(operands[0], operands.Length == 1 ? -1 : 1);
                foreach (LinearForm operand in operands.Skip(1)) form.Add(operand, -1);
                return form;
            case "*":
                return operands.Aggregate((a, b) => Product(a, b, expression));
            default:
                throw new PropertyException("'" + expression.Head + "' is not supported in an expression: +, - and * are", expression.Line, expression.Column);
        }
    }

    /// <summary>Adds a constant.</summary>
    public void Add(double constant) => Constant += constant;

    /// <summary>Adds to an element's factor.</summary>
    public void Add(int element, double factor) => _factors[element] = (_factors.TryGetValue(element, out double own) ? own : 0) + factor;

    /// <summary>Adds a multiple of another form.</summary>
    public void Add(LinearForm other, double factor)
    {
        Constant += factor * other.Constant;
        foreach (KeyValuePair<int, double> term in other._factors) Add(term.Key, factor * term.Value);
    }

    private static LinearForm Product(LinearForm a, LinearForm b, VnnExpression at)
    {
        if (a._factors.Count > 0 && b._factors.Count > 0) throw new PropertyException("a product of two variables is not linear", at.Line, at.Column);
        (LinearForm form, double factor) = a._factors.Count > 0 ? (a, b.Constant) : (b, a.Constant);
        var product = new LinearForm();
        product.Add(form, factor);
        return product;
    }

    private static bool TryNumber(string word, out double number)
    {
        number = 0;
        if (!(char.IsDigit(word[0]) || word[0] is '-' or '+' or '.')) return false;
        return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && !double.IsInfinity(number);
    }
}
