using System;
using System.Text;
using System.Xml;

namespace RedGen.Cli.Reports;

/// <summary>Writes HTML that is well-formed XML too; every text is escaped.</summary>
internal sealed class HtmlWriter : IDisposable
{
    private readonly StringBuilder _text = new();
    private readonly XmlWriter _xml;

    /// <summary>Begins a document.</summary>
    public HtmlWriter()
        => _xml = XmlWriter.Create(_text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, IndentChars = "", NewLineChars = "\n" });

    /// <summary>Opens an element; disposing closes it.</summary>
    public Scope Open(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Begin(name, attributes);
        return new Scope(_xml);
    }

    /// <summary>An element that holds a text.</summary>
    public void Element(string name, string text, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Begin(name, attributes);
        _xml.WriteString(text);
        _xml.WriteFullEndElement();
    }

    /// <summary>An element without content: a void element of HTML, or a shape of SVG.</summary>
    public void Void(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Begin(name, attributes);
        _xml.WriteEndElement();
    }

    /// <summary>A text.</summary>
    public void Text(string text) => _xml.WriteString(text);

    /// <summary>The document.</summary>
    public override string ToString()
    {
        _xml.Flush();
        return "<!DOCTYPE html>\n" + _text + "\n";
    }

    /// <inheritdoc/>
    public void Dispose() => _xml.Dispose();

    private void Begin(string name, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _xml.WriteStartElement(name);
        foreach ((string attribute, string value) in attributes) _xml.WriteAttributeString(attribute, value);
    }

    /// <summary>An open element.</summary>
    public readonly struct Scope(XmlWriter xml) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => xml.WriteFullEndElement();
    }
}
