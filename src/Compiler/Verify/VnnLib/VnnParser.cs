using System.Collections.Generic;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.VnnLib;

/// <summary>Reads the text of a VNN-LIB file as S-expressions; <c>;</c> begins a comment.</summary>
internal sealed class VnnParser(string text)
{
    /// <summary>Lists within lists; real files have five.</summary>
    private const int DeepestNesting = 200;

    private int _at;
    private int _line = 1;
    private int _lineStart;

    /// <summary>All expressions of the file.</summary>
    /// <exception cref="PropertyException">Parentheses do not match, or are nested too deep.</exception>
    public IReadOnlyList<VnnExpression> Parse()
    {
        var open = new Stack<(List<VnnExpression> Items, int Line, int Column)>();
        var all = new List<VnnExpression>();
        while (SkipBlanks())
        {
            int column = _at - _lineStart + 1;
            char c = text[_at];
            if (c == '(')
            {
                _at++;
                if (open.Count == DeepestNesting) throw new PropertyException("parentheses are nested more than " + DeepestNesting.ToString(System.Globalization.CultureInfo.InvariantCulture) + " deep", _line, column);
                open.Push(([], _line, column));
            }
            else if (c == ')')
            {
                _at++;
                if (open.Count == 0) throw new PropertyException("a closing parenthesis has no opening one", _line, column);
                (List<VnnExpression> items, int line, int start) = open.Pop();
                (open.Count > 0 ? open.Peek().Items : all).Add(new VnnExpression(null, items, line, start));
            }
            else
            {
                var word = new VnnExpression(Word(), [], _line, column);
                if (open.Count == 0) throw new PropertyException("'" + Short(word.Word!) + "' stands outside of any parentheses", word.Line, word.Column);
                open.Peek().Items.Add(word);
            }
        }

        if (open.Count == 0) return all;
        (_, int first, int at) = open.Pop();
        throw new PropertyException("the parenthesis that opens here is never closed", first, at);
    }

    private static string Short(string word) => word.Length <= 40 ? word : word.Substring(0, 40) + "…";

    /// <summary>Goes to the next character that means something; false at the end.</summary>
    private bool SkipBlanks()
    {
        for (; _at < text.Length; _at++)
        {
            char c = text[_at];
            if (c == ';')
            {
                while (_at < text.Length && text[_at] != '\n') _at++;
                if (_at == text.Length) return false;
            }

            if (text[_at] == '\n')
            {
                _line++;
                _lineStart = _at + 1;
            }
            else if (!char.IsWhiteSpace(text[_at]) && text[_at] != '\uFEFF')
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A word; brackets hold together what is between them, so that <c>X[0, 2]</c> is one, and quotation marks do.</summary>
    private string Word()
    {
        int start = _at;
        if (text[_at] == '"')
        {
            int end = text.IndexOfAny(['"', '\n'], _at + 1);
            if (end < 0 || text[end] == '\n') throw new PropertyException("the quotation mark that opens here is never closed", _line, _at - _lineStart + 1);
            _at = end + 1;
            return text.Substring(start, _at - start);
        }

        int brackets = 0;
        for (; _at < text.Length; _at++)
        {
            char c = text[_at];
            if (c == '[') brackets++;
            else if (c == ']') brackets--;
            if (c is '(' or ')' or ';' or '\n' || (brackets <= 0 && char.IsWhiteSpace(c))) break;
        }

        return text.Substring(start, _at - start);
    }
}
