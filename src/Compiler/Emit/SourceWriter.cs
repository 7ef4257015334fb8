using System;
using System.Text;

namespace RedGen.Compiler.Emit;

/// <summary>Builds C# text with indentation; lines end with a line feed on every machine.</summary>
public sealed class SourceWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>The current depth; four blanks each.</summary>
    public int Depth { get; private set; }

    /// <summary>Writes one line, or several separated by line feeds, each indented. An empty line stays empty.</summary>
    public void Line(string text = "")
    {
        int start = 0;
        while (true)
        {
            int end = text.IndexOf('\n', start);
            int stop = end < 0 ? text.Length : end;
            if (stop > start) _text.Append(' ', 4 * Depth).Append(text, start, stop - start);
            _text.Append('\n');
            if (end < 0) return;
            start = end + 1;
        }
    }

    /// <summary>Writes a header and an opening brace; disposing the result writes the closing one.</summary>
    public BlockScope Block(string header = "")
    {
        if (header.Length > 0) Line(header);
        Line("{");
        Depth++;
        return new BlockScope(this);
    }

    /// <summary>Indents until the result is disposed, without braces.</summary>
    public IndentScope Indent()
    {
        Depth++;
        return new IndentScope(this);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>Closes a block; the default closes nothing.</summary>
    public readonly struct BlockScope(SourceWriter? writer) : IDisposable
    {
        /// <summary>Writes the closing brace.</summary>
        public void Dispose()
        {
            if (writer is null) return;
            writer.Depth--;
            writer.Line("}");
        }
    }

    /// <summary>Ends an indentation.</summary>
    public readonly struct IndentScope(SourceWriter writer) : IDisposable
    {
        /// <summary>Goes back one level.</summary>
        public void Dispose() => writer.Depth--;
    }
}
